#include "node/service_manager.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <cstring>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using recado::tell_service_manager;

namespace {

/// A service manager that waits at an abstract address.
struct manager {
  std::string name = "recado-notify-" + std::to_string(::getpid());
  int door = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  manager() {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::memcpy(at.sun_path + 1, name.data(), name.size());
    auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    BOOST_REQUIRE(::bind(door, reinterpret_cast<sockaddr*>(&at), size) == 0);
    ::setenv("NOTIFY_SOCKET", ("@" + name).c_str(), 1);
  }
  ~manager() {
    ::close(door);
    ::unsetenv("NOTIFY_SOCKET");
  }
  std::string heard() const {
    char bytes[64];
    auto size = ::recv(door, bytes, sizeof bytes, MSG_DONTWAIT);
    return size < 0 ? "" : std::string(bytes, static_cast<std::size_t>(size));
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(service_manager)

BOOST_AUTO_TEST_CASE(hears_of_every_state) {
  manager one;
  BOOST_TEST(tell_service_manager("READY=1"));
  BOOST_TEST(tell_service_manager("STOPPING=1"));
  BOOST_TEST(one.heard() == "READY=1");
  BOOST_TEST(one.heard() == "STOPPING=1");
}

BOOST_AUTO_TEST_CASE(that_is_not_there_is_no_trouble) {
  ::unsetenv("NOTIFY_SOCKET");
  BOOST_TEST(tell_service_manager("READY=1"));
  ::setenv("NOTIFY_SOCKET", "/nonexistent/socket", 1);
  BOOST_TEST(!tell_service_manager("READY=1")); // it is told again later
  ::unsetenv("NOTIFY_SOCKET");
}

BOOST_AUTO_TEST_SUITE_END()
