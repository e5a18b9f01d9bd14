/// Accounts, addresses and mails: whatever people write, a mail keeps its shape.
#include "channels/catalog.hpp"
#include "channels/email/dkim.hpp"
#include "channels/email/mime.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace recado;
using namespace recado::channels;
using fuzz::must;

namespace {

/// Cuts the input at zero bytes.
std::string next(std::string_view& rest) {
  auto end = rest.find('\0');
  std::string out{rest.substr(0, end)};
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return out;
}

void check_lines(std::string_view text) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<unsigned char>(text[i]);
    must(byte < 0x7f, "a mail is ASCII");
    must(byte >= ' ' || byte == '\t' || byte == '\r' || byte == '\n', "no control characters");
    if (byte == '\n') must(i > 0 && text[i - 1] == '\r', "a line feed ends a line");
    if (byte != '\r') continue;
    must(i + 1 < text.size() && text[i + 1] == '\n', "so does a carriage return");
    must(i - begin <= 998, "lines have an end");
    begin = i + 2;
  }
}

/// The names of the fields stand where they were put, and nowhere else.
void check_head(std::string_view text) {
  static constexpr std::string_view known[] = {"From",
                                               "Reply-To",
                                               "To",
                                               "Subject",
                                               "Date",
                                               "Message-ID",
                                               "References",
                                               "List-Unsubscribe",
                                               "MIME-Version",
                                               "Content-Type",
                                               "List-Unsubscribe-Post",
                                               "Content-Transfer-Encoding"};
  auto head = text.substr(0, text.find("\r\n\r\n") + 2);
  while (!head.empty()) {
    auto line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(line.size() + 2);
    if (line.starts_with(' ') || line.starts_with('\t')) continue;
    auto name = line.substr(0, line.find(':'));
    must(std::find(std::begin(known), std::end(known), name) != std::end(known), "no other field");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = fuzz::text_of(data, size);
  email::mail mail;
  mail.from = {next(rest), "bar@example.org"};
  mail.to = "ana@example.com";
  mail.subject = next(rest);
  mail.list_unsubscribe = next(rest);
  mail.message_id = "m@example.org";
  mail.boundary = "b";
  mail.text = next(rest);
  mail.html = next(rest);
  auto ascii = [](unsigned char c) { return c < 0x7f; };
  if (!std::all_of(mail.list_unsubscribe.begin(), mail.list_unsubscribe.end(), ascii) ||
      mail.list_unsubscribe.size() > 900)
    mail.list_unsubscribe.clear(); // the account's fields were checked
  auto composed = email::compose(mail);
  check_lines(composed);
  check_head(composed);
  must(email::relaxed_body(email::relaxed_body(mail.text)) == email::relaxed_body(mail.text),
       "the canonical form of a canonical form is itself");
  auto whole = std::string{fuzz::text_of(data, size)};
  if (auto address = email::parse_address(whole)) {
    must(email::parse_address(*address) == address, "a canonical address stays");
    must(address->find_first_of(" \r\n<>") == std::string::npos, "an address is one word");
  }
  (void)email::parse_mailbox(whole);
  for (auto channel : external_channels())
    if (auto checked = check_account(channel, whole, whole); !checked)
      must(!checked.error().errors.empty(), "it says what is wrong");
  (void)http_url_complaint(whole);
  return 0;
}
