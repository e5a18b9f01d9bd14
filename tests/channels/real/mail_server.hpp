#pragma once
/// Debian's Exim as a child (exim.sh), and the mail that it has delivered.
#include <array>
#include <filesystem>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace recado::channels::test {

class mail_server {
public:
  /// Empty: it can run here. Otherwise why not, in words.
  static std::string obstacle();

  mail_server(const std::string& certificate_file, const std::string& key_file);
  ~mail_server();
  mail_server(const mail_server&) = delete;
  mail_server& operator=(const mail_server&) = delete;

  /// Within two minutes; otherwise log() says why not.
  bool ready() const;
  int mx() const { return ports_[0]; }         ///< for example.com, from anybody, no TLS
  int submission() const { return ports_[1]; } ///< STARTTLS, then AUTH PLAIN
  int login() const { return ports_[2]; }      ///< STARTTLS, then AUTH LOGIN
  int implicit() const { return ports_[3]; }   ///< TLS from the first byte, AUTH PLAIN

  /// The mail in ana's maildir with this text in it; empty if there is none within two minutes.
  std::string mail_with(const std::string& text) const;
  std::size_t mails() const { return maildir().size(); }
  std::string log() const;

private:
  std::vector<std::string> maildir() const;

  std::filesystem::path folder_;
  std::array<int, 4> ports_{};
  pid_t child_ = 0;
};

} // namespace recado::channels::test
