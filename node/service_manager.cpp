#include "node/service_manager.hpp"

#include <cstdlib>
#include <cstring>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

#include "runtime/observe/log.hpp"

namespace recado {

bool service_manager::tell(std::string_view state) {
  const char* path = std::getenv("NOTIFY_SOCKET"); // NOLINT(concurrency-mt-unsafe): nobody sets it
  if (path == nullptr) return true;
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  auto size = std::strlen(path);
  if (size == 0 || size >= sizeof to.sun_path) return true;
  std::memcpy(to.sun_path, path, size);
  if (path[0] == '@') to.sun_path[0] = '\0'; // an abstract name
  auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size);
  int door = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  auto sent = ::sendto(door, state.data(), state.size(), MSG_NOSIGNAL,
                       reinterpret_cast<const sockaddr*>(&to), length);
  if (sent < 0 && !std::exchange(warned_, true))
    observe::log_warn("notify-failed", "{}: {}", path, std::strerror(errno));
  ::close(door);
  return sent >= 0;
}

} // namespace recado
