#include "runtime/actor/child_setup.hpp"

#include <caf/scheduled_actor.hpp>
#include <exception>
#include <string>

#include "runtime/actor/error.hpp"
#include "runtime/observe/log.hpp"

namespace recado::actor {
namespace {

std::string text_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& known) {
    return known.what();
  } catch (...) {
    return "an unknown exception";
  }
}

caf::error on_exception(caf::scheduled_actor* self, std::exception_ptr& thrown) {
  auto text = text_of(thrown);
  observe::log_error("actor-exception", "{}: {}", self->name(), text);
  return to_error({ec::internal, std::move(text)}); // never none: that would be a normal exit
}

void on_stray_down(caf::scheduled_actor* self, caf::down_msg& down) {
  observe::log_debug("stray-down", "{}: {}", self->name(), describe(down.reason));
}

} // namespace

void child_setup(caf::scheduled_actor* self) {
  self->set_default_handler(caf::drop);
  self->set_down_handler(on_stray_down);
  self->set_exception_handler(on_exception);
}

} // namespace recado::actor
