#include "runtime/actor/error.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/exit_reason.hpp>
#include <caf/message.hpp>
#include <caf/sec.hpp>

namespace recado::actor {
namespace {

static_assert(static_cast<unsigned>(ec::abandoned) < 256, "CAF keeps eight bits of an error code");

using field_errors = std::vector<field_error>;

problem ours(const caf::error& what) {
  problem out{static_cast<ec>(what.code())};
  const auto& context = what.context();
  if (!context.empty() && context.match_element<std::string>(0))
    out.detail = context.get_as<std::string>(0);
  if (context.size() > 1 && context.match_element<field_errors>(1))
    out.errors = context.get_as<field_errors>(1);
  return out;
}

} // namespace

caf::error to_error(problem what) {
  if (what.code == ec::none) return caf::none;
  if (!what.errors.empty())
    return caf::make_error(what.code, std::move(what.detail), std::move(what.errors));
  if (!what.detail.empty()) return caf::make_error(what.code, std::move(what.detail));
  return caf::make_error(what.code);
}

problem to_problem(const caf::error& what) {
  if (!what) return {ec::none};
  if (what.category() == caf::detail::error_factory<ec>::category) return ours(what);
  if (what == caf::sec::request_timeout) return {ec::outcome_unknown, "no answer in time"};
  if (what == caf::sec::request_receiver_down) return {ec::abandoned, "the receiver is gone"};
  if (what.category() == caf::atom("exit")) return {ec::abandoned, caf::to_string(what)};
  return {ec::internal, caf::to_string(what)};
}

std::string describe(const caf::error& what) {
  if (!what) return "normal";
  if (what.category() != caf::detail::error_factory<ec>::category) return caf::to_string(what);
  auto known = ours(what);
  std::string code{info_of(known.code).code};
  return known.detail.empty() ? code : code + ": " + known.detail;
}

void add_error_category(caf::actor_system_config& config) {
  config.add_error_category(
    caf::detail::error_factory<ec>::category,
    [](std::uint8_t code, caf::atom_value, const caf::message& context) {
      return describe(caf::error{code, caf::detail::error_factory<ec>::category, context});
    });
}

} // namespace recado::actor
