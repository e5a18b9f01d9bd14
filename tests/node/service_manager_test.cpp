#include "node/service_manager.hpp"
#include "runtime/observe/log.hpp"
#include "tests/node/scratch_folder.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace recado;

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

BOOST_AUTO_TEST_SUITE(the_service_manager)

BOOST_AUTO_TEST_CASE(hears_of_every_state) {
  manager one;
  BOOST_TEST(service_manager{}.tell("READY=1"));
  BOOST_TEST(service_manager{}.tell("STOPPING=1"));
  BOOST_TEST(one.heard() == "READY=1");
  BOOST_TEST(one.heard() == "STOPPING=1");
}

BOOST_AUTO_TEST_CASE(that_is_not_there_is_no_trouble) {
  ::unsetenv("NOTIFY_SOCKET");
  BOOST_TEST(service_manager{}.tell("READY=1"));
  ::setenv("NOTIFY_SOCKET", "/nonexistent/socket", 1);
  BOOST_TEST(!service_manager{}.tell("READY=1")); // it is told again later
  ::unsetenv("NOTIFY_SOCKET");
}

BOOST_AUTO_TEST_CASE(that_does_not_hear_is_logged_once) {
  scratch_folder at;
  auto file = at.path() / "log";
  observe::start_log({.file = file.string()});
  ::setenv("NOTIFY_SOCKET", "/nonexistent/socket", 1);
  service_manager one;
  for (int i = 0; i < 100; ++i)
    BOOST_TEST(!one.tell("READY=1"));
  ::unsetenv("NOTIFY_SOCKET");
  observe::start_log({});
  std::ifstream written{file};
  int lines = 0;
  for (std::string line; std::getline(written, line); ++lines)
    BOOST_TEST(line.find("notify-failed") != line.npos);
  BOOST_TEST(lines == 1);
}

BOOST_AUTO_TEST_SUITE_END()
