/// The e-mail channel against a real mail server: Debian's OpenSMTPD (mta.sh).
#include "channel_world.hpp"

#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>

namespace recado::channels::test {

namespace fs = std::filesystem;
using nlohmann::json;

/// A port that was free a moment ago.
int free_port() {
  auto socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(socket, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(socket);
  return ntohs(address.sin_port);
}

bool listens(int port) {
  auto socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto done = ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return done;
}

bool wait_until(const std::function<bool()>& done) {
  auto end = std::chrono::steady_clock::now() + std::chrono::seconds{120};
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  return true;
}

class mail_server {
public:
  explicit mail_server(const fs::path& unpacked) {
    std::string pattern = "/tmp/recado-mta-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    auto log = (folder_ / "log").string();
    auto script = fs::path{RECADO_SOURCE_DIR} / "tests" / "channels" / "real" / "mta.sh";
    std::vector<std::string> words{"unshare",        "-m",
                                   "--propagation",  "private",
                                   script.string(),  unpacked.string(),
                                   folder_.string(), std::to_string(port_)};
    std::vector<char*> argv;
    for (auto& word : words)
      argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    if (::posix_spawnp(&child_, "unshare", &actions, nullptr, argv.data(), environ) != 0)
      child_ = 0;
    posix_spawn_file_actions_destroy(&actions);
  }
  ~mail_server() {
    if (child_ > 0) ::kill(child_, SIGTERM);
    if (child_ > 0) ::waitpid(child_, nullptr, 0);
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  mail_server(const mail_server&) = delete;
  mail_server& operator=(const mail_server&) = delete;

  bool ready() const {
    return child_ > 0 &&
           wait_until([&] { return listens(port_) || ::waitpid(child_, nullptr, WNOHANG) != 0; }) &&
           listens(port_);
  }
  int port() const { return port_; }
  std::string mail_of(const std::string& user) const {
    auto file = folder_ / "mail" / user;
    if (!wait_until([&] { return fs::exists(file); })) return {};
    std::ostringstream out;
    out << std::ifstream{file}.rdbuf();
    return out.str();
  }
  std::string log() const {
    std::ostringstream out;
    out << std::ifstream{folder_ / "log"}.rdbuf();
    return out.str();
  }

private:
  fs::path folder_;
  int port_ = free_port();
  pid_t child_ = 0;
};

BOOST_FIXTURE_TEST_SUITE(real_mta, channel_world)

BOOST_AUTO_TEST_CASE(opensmtpd_takes_a_mail_and_refuses_an_unknown_recipient) {
  auto unpacked = fs::path{RECADO_SOURCE_DIR} / ".cache" / "opensmtpd";
  if (!fs::exists(unpacked / "usr" / "sbin" / "smtpd") || ::geteuid() != 0) {
    BOOST_TEST_MESSAGE("skipped: OpenSMTPD is not in .cache/opensmtpd (./dev test), or not root");
    return;
  }
  mail_server server{unpacked};
  BOOST_REQUIRE_MESSAGE(server.ready(), server.log());
  auto account = opened("email",
                        {{"host", "127.0.0.1"},
                         {"port", server.port()},
                         {"tls", "none"},
                         {"from", "Bar <bar@example.org>"}},
                        json::object());
  draft what{.address = "ana@example.com"};
  what.payload = json{{"type", "text"}, {"text", "Olá!\n.\n..\nfim"}, {"subject", "Olá"}}.dump();
  auto said = send(account, what);
  BOOST_TEST((said.what == outcome_class::sent), said.detail);
  auto mail = server.mail_of("ana");
  BOOST_TEST(mail.find("Message-ID: " + last_own_id) != std::string::npos, mail);
  BOOST_TEST(mail.find("Ol=C3=A1!\n=2E\n=2E.\nfim\n") != std::string::npos, mail);
  what.address = "nobody@example.com";
  said = send(account, what);
  BOOST_TEST((said.what == outcome_class::permanent_recipient), said.detail);
  BOOST_TEST((check(account).what == outcome_class::sent));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::channels::test
