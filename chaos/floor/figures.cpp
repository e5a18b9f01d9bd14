#include "chaos/floor/figures.hpp"

#include <algorithm>

namespace recado::floors {
namespace {

double per(double what, std::uint64_t messages) {
  return messages > 0 ? what / static_cast<double>(messages) : 0;
}

const figure* find(const std::vector<figure>& all, const std::string& name, unsigned batch = 0,
                   bool cursors = false) {
  auto found = std::ranges::find_if(all, [&](const figure& one) {
    return one.name == name && one.batch == batch && one.cursors == cursors && one.messages > 0;
  });
  return found == all.end() ? nullptr : &*found;
}

} // namespace

double figure::per_second() const {
  return seconds > 0 ? static_cast<double>(messages) / seconds : 0;
}
double figure::client_us() const {
  return per(client_cpu_s * 1e6, messages);
}
double figure::server_us() const {
  return per(server_cpu_s * 1e6, messages);
}
double figure::wal_per_message() const {
  return per(static_cast<double>(wal_bytes), messages);
}

double messages_per_second(double us, unsigned cores) {
  return us > 0 ? 1e6 * cores / us : 0;
}

std::vector<sum> sums_of(const std::vector<figure>& all, unsigned batch, unsigned cores) {
  const auto* http = find(all, "http");
  const auto* jetstream = find(all, "jetstream");
  const auto* with_cursors = find(all, "commit", batch, true);
  const auto* without = find(all, "commit", batch, false);
  std::vector<sum> out;
  auto add = [&](const char* wire, double us) {
    out.push_back({wire, us, messages_per_second(us, cores)});
  };
  if (http && jetstream && with_cursors)
    add("stream", http->us() + jetstream->us() + with_cursors->us());
  if (http && without) add("auto", http->us() + without->us());
  return out;
}

} // namespace recado::floors
