#pragma once
/// The protocol of systemd's sd_notify: one datagram per state.
#include <string_view>

namespace recado {

class service_manager {
public:
  /// "READY=1", "STOPPING=1". Without a manager that wants to know (NOTIFY_SOCKET is not set)
  /// nothing is said. True: there is nothing more to say about it. False: it did not hear, which is
  /// logged once, however often it is told again.
  bool tell(std::string_view state);

private:
  bool warned_ = false;
};

} // namespace recado
