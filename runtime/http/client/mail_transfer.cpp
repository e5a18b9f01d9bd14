#include "runtime/http/client/mail_transfer.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>

namespace recado::http::outward {
namespace {

constexpr std::size_t reply_text_max = 400;
constexpr int first_refusal = 400;

/// What may stand in an envelope or in a URL: no space, no control character, no bracket, ASCII.
bool is_envelope_safe(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > ' ' && c < 0x7f && !std::strchr("<>\"\\/?#@[]", c); });
}

bool is_address_safe(std::string_view text) {
  auto at = text.rfind('@');
  return at != std::string_view::npos && is_envelope_safe(text.substr(at + 1)) &&
         std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at),
                     [](char c) { return c > ' ' && c < 0x7f && c != '<' && c != '>'; });
}

/// "5.1.1" at the front of the text, cut off; RFC 3463.
std::string cut_enhanced(std::string_view& text) {
  auto end = text.find_first_not_of("0123456789.");
  auto code = text.substr(0, end);
  if (code.size() < 5 || (code[0] != '2' && code[0] != '4' && code[0] != '5') || code[1] != '.' ||
      std::count(code.begin(), code.end(), '.') != 2 || code.back() == '.')
    return {};
  text.remove_prefix(code.size());
  if (text.starts_with(' ')) text.remove_prefix(1);
  return std::string{code};
}

std::string without_controls(std::string_view text) {
  std::string out{text.substr(0, reply_text_max)};
  std::replace_if(
    out.begin(), out.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' ');
  return out;
}

} // namespace

std::optional<transfer_failure> mail_transfer::prepare() {
  bool literal = parse_ip(mail_.host).has_value();
  auto wrong = (!literal && (mail_.host.empty() || !is_envelope_safe(mail_.host))) ||
               !is_envelope_safe(mail_.ehlo) ||
               (!mail_.sender.empty() && !is_address_safe(mail_.sender)) ||
               (!mail_.recipient.empty() && !is_address_safe(mail_.recipient));
  if (wrong) return transfer_failure{transfer_error::bad_request, false, "not an address"};
  set_common(mail_.timeout, mail_.ca_pem);
  // To libcurl a connection stands when AUTH is done, and some servers greet late on purpose.
  auto patience = shared_.config.connect_timeout + mail_.step_timeout;
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(mail_.timeout, patience).count()));
  set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  auto scheme = mail_.security == mail_security::implicit ? "smtps://" : "smtp://";
  auto host = mail_.host.find(':') == std::string::npos ? mail_.host : "[" + mail_.host + "]";
  const auto& ehlo = mail_.ehlo.empty() ? shared_.config.ehlo : mail_.ehlo;
  auto url = scheme + host + ":" + std::to_string(mail_.port) + "/" + ehlo;
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_USE_SSL, mail_.security == mail_security::none ? static_cast<long>(CURLUSESSL_NONE)
                                                             : static_cast<long>(CURLUSESSL_ALL));
  set_reply_timeout(std::min(mail_.timeout, mail_.step_timeout));
  if (!mail_.username.empty()) {
    set(CURLOPT_USERNAME, mail_.username.c_str());
    set(CURLOPT_PASSWORD, mail_.password.c_str());
    // What every submission service has; libcurl would prefer NTLM where it is offered.
    set(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN");
  }
  if (!may_keep_connection()) {
    use_new_connection();
    set(CURLOPT_FORBID_REUSE, 1L);
  }
  set_envelope();
  if (!is_set()) return transfer_failure{transfer_error::bad_request, false, "not a mail"};
  return std::nullopt;
}

/// libcurl looks at host, port and login when it takes a kept connection, but after STARTTLS
/// neither at TLS's settings nor whether there is TLS at all. A login that is the same is the same
/// account.
bool mail_transfer::may_keep_connection() const {
  return mail_.security != mail_security::none && !mail_.username.empty() && mail_.ca_pem.empty();
}

void mail_transfer::set_reply_timeout(std::chrono::milliseconds time) {
  set(CURLOPT_SERVER_RESPONSE_TIMEOUT,
      static_cast<long>(std::chrono::ceil<std::chrono::seconds>(time).count()));
}

void mail_transfer::set_envelope() {
  set(CURLOPT_HEADERFUNCTION, &mail_transfer::on_reply);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &mail_transfer::ignore);
  set(CURLOPT_DEBUGFUNCTION, &mail_transfer::on_traffic);
  set(CURLOPT_DEBUGDATA, this);
  set(CURLOPT_VERBOSE, 1L); // to the debug function and nowhere else
  if (mail_.recipient.empty()) {
    set(CURLOPT_CUSTOMREQUEST, "NOOP");
    return;
  }
  set(CURLOPT_MAIL_FROM, ("<" + mail_.sender + ">").c_str());
  recipients_.reset(curl_slist_append(nullptr, ("<" + mail_.recipient + ">").c_str()));
  set(CURLOPT_MAIL_RCPT, recipients_.get());
  set(CURLOPT_UPLOAD, 1L);
  set(CURLOPT_READFUNCTION, &mail_transfer::on_content);
  set(CURLOPT_READDATA, this);
  set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mail_.content.size()));
}

int mail_transfer::on_traffic(CURL*, curl_infotype type, char* data, std::size_t size, void* self) {
  if (type == CURLINFO_HEADER_OUT) static_cast<mail_transfer*>(self)->note_command({data, size});
  return 0;
}

void mail_transfer::note_command(std::string_view line) {
  // With what follows the verb: no line of an AUTH dialogue, which is base64, looks like these.
  static constexpr std::pair<std::string_view, mail_step> steps[] = {
    {"EHLO ", mail_step::connect},       {"HELO ", mail_step::connect},
    {"STARTTLS\r", mail_step::starttls}, {"AUTH ", mail_step::auth},
    {"MAIL FROM:", mail_step::sender},   {"RCPT TO:", mail_step::recipient},
    {"DATA\r", mail_step::data},
  };
  said_quit_ = said_quit_ || line.starts_with("QUIT");
  for (const auto& [verb, step] : steps) {
    if (!line.starts_with(verb)) continue;
    reply_ = {};
    reply_.at = step;
    greeted_ = greeted_ || step == mail_step::connect;
    auth_sent_ = auth_sent_ || step == mail_step::auth;
    return;
  }
}

std::size_t mail_transfer::on_reply(char* data, std::size_t size, std::size_t count, void* self) {
  auto& me = *static_cast<mail_transfer*>(self);
  std::string_view line{data, size * count};
  me.replied_ = true;
  if (me.said_quit_) return size * count; // what is said to a farewell decides nothing
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n'))
    line.remove_suffix(1);
  bool is_last = line.size() == 3 || (line.size() > 3 && line[3] == ' ');
  if (is_last && std::all_of(line.begin(), line.begin() + 3,
                             [](unsigned char c) { return std::isdigit(c) != 0; })) {
    me.reply_.code = std::stoi(std::string{line.substr(0, 3)});
    auto text = line.size() > 4 ? line.substr(4) : std::string_view{};
    me.reply_.enhanced = cut_enhanced(text);
    me.reply_.text = without_controls(text);
  }
  return size * count;
}

std::size_t mail_transfer::on_content(char* to, std::size_t size, std::size_t count, void* self) {
  auto& me = *static_cast<mail_transfer*>(self);
  if (me.auth_missing()) return CURL_READFUNC_ABORT;
  auto left = me.mail_.content.size() - me.handed_over_;
  auto now = std::min(left, size * count);
  std::memcpy(to, me.mail_.content.data() + me.handed_over_, now);
  me.handed_over_ += now;
  if (now == left && me.reply_.at == mail_step::data) {
    me.reply_ = {};
    me.reply_.at = mail_step::content;      // from here on the next reply decides
    me.set_reply_timeout(me.mail_.timeout); // scanners take their time, and giving up is a doubt
  }
  return now;
}

/// A kept connection may have been closed by the server; nothing was said on it, nothing is lost.
bool mail_transfer::again(CURLcode code) {
  if (code == CURLE_OK || tried_again_ || greeted_ || !connection_was_kept()) return false;
  bool closing = reply_.code == 421 && reply_.at < mail_step::data;
  if (replied_ && !closing) return false;
  tried_again_ = true;
  reply_ = {};
  replied_ = said_quit_ = false;
  handed_over_ = 0;
  use_new_connection();
  return true;
}

void mail_transfer::finish(CURLcode code) {
  if (auth_missing() && (code == CURLE_OK || code == CURLE_ABORTED_BY_CALLBACK)) {
    reply_ = {};
    reply_.at = mail_step::auth;
    reply_.code = 504;
    reply_.text = "the server offers neither AUTH PLAIN nor AUTH LOGIN";
    return done_(std::move(reply_));
  }
  if (code == CURLE_OK) {
    reply_.at = mail_step::done;
    reply_.accepted = true;
    return done_(std::move(reply_));
  }
  if (reply_.code >= first_refusal) return done_(std::move(reply_));
  done_(failure_of(code));
}

} // namespace recado::http::outward
