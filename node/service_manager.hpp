#pragma once
/// The protocol of systemd's sd_notify: one datagram per state.
#include <string_view>

namespace recado {

/// "READY=1", "STOPPING=1". Without a manager that wants to know (NOTIFY_SOCKET is not set) nothing
/// is said. True: there is nothing more to say about it.
bool tell_service_manager(std::string_view state);

} // namespace recado
