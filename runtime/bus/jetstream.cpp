#include "runtime/bus/jetstream.hpp"

#include "schemas/time.hpp"

#include <nlohmann/json.hpp>

namespace recado::bus {
namespace {

using nlohmann::json;

constexpr int consumer_not_found = 10014;
constexpr int message_not_found = 10037;
constexpr int stream_not_found = 10059;

error error_of(const json& said) {
  auto code = said.value("err_code", 0);
  auto why = code == consumer_not_found || code == message_not_found || code == stream_not_found
               ? reason::not_found
               : reason::refused;
  return {why, said.value("description", std::string{"no description"}) + " (" +
                 std::to_string(code) + ")"};
}

/// Answers `then` with what `read` makes of the reply's JSON, or with the error.
template <class T, class Read>
reply_handler reading(done<T> then, Read read) {
  return [then = std::move(then), read](outcome<message> reply) {
    if (!reply) return then(failure{reply.error()});
    outcome<T> value = fail(reason::invalid, "unreadable answer");
    try {
      auto text = json::parse(reply->data);
      if (auto said = text.find("error"); said != text.end())
        value = failure{error_of(*said)};
      else
        value = read(text);
    } catch (const json::exception& e) {
      value = fail(reason::invalid, e.what());
    }
    then(std::move(value));
  };
}

outcome<stream_state> read_stream(const json& text) {
  stream_state found;
  const auto& state = text.at("state");
  found.name = text.at("config").at("name").get<std::string>();
  found.created = text.at("created").get<std::string>();
  found.first_seq = state.value("first_seq", std::uint64_t{0});
  found.last_seq = state.value("last_seq", std::uint64_t{0});
  found.messages = state.value("messages", std::uint64_t{0});
  found.bytes = state.value("bytes", std::uint64_t{0});
  return found;
}

outcome<bool> read_nothing(const json&) {
  return true;
}

std::int64_t nanoseconds(std::chrono::nanoseconds value) {
  return value.count();
}

/// RFC 3339 in UTC with up to nine decimals, as Go writes it.
std::int64_t parse_nanoseconds(const std::string& text) {
  auto whole = parse_rfc3339(text.substr(0, 19) + "Z");
  if (!whole) return 0;
  std::int64_t fraction = 0;
  if (text.size() > 20 && text[19] == '.') {
    std::string digits;
    for (auto at = std::size_t{20}; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at)
      digits += text[at];
    digits.resize(9, '0');
    fraction = std::stoll(digits);
  }
  return micros(*whole) * 1000 + fraction;
}

std::string decode_base64(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  int count = 0;
  for (char c : text) {
    int value = c >= 'A' && c <= 'Z'   ? c - 'A'
                : c >= 'a' && c <= 'z' ? c - 'a' + 26
                : c >= '0' && c <= '9' ? c - '0' + 52
                : c == '+'             ? 62
                : c == '/'             ? 63
                                       : -1;
    if (value < 0) break; // padding
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xff);
  }
  return bytes;
}

outcome<stored_message> read_message(const json& text) {
  const auto& raw = text.at("message");
  stored_message found;
  found.subject = raw.at("subject").get<std::string>();
  found.seq = raw.at("seq").get<std::uint64_t>();
  found.data = decode_base64(raw.value("data", std::string{}));
  found.published_ns = parse_nanoseconds(raw.at("time").get<std::string>());
  return found;
}

outcome<pub_ack> read_ack(const json& text) {
  return pub_ack{text.at("stream").get<std::string>(), text.at("seq").get<std::uint64_t>(),
                 text.value("duplicate", false)};
}

} // namespace

void connection::publish_stream(const std::string& subject, std::string_view data,
                                std::chrono::milliseconds timeout, ack_handler handler) {
  request(subject, data, timeout, reading<pub_ack>(std::move(handler), read_ack));
}

void jetstream::ensure_stream(const stream_config& config, done<stream_state> then) const {
  json body{{"name", config.name},
            {"subjects", config.subjects},
            {"retention", "limits"},
            {"storage", "file"},
            {"discard", "old"},
            {"max_age", nanoseconds(config.max_age)},
            {"max_bytes", config.max_bytes},
            {"max_msgs", -1},
            {"max_consumers", -1},
            {"num_replicas", config.replicas}};
  link_->request("$JS.API.STREAM.CREATE." + config.name, body.dump(), timeout_,
                 reading<stream_state>(std::move(then), read_stream));
}

void jetstream::stream_info(const std::string& name, done<stream_state> then) const {
  link_->request("$JS.API.STREAM.INFO." + name, {}, timeout_,
                 reading<stream_state>(std::move(then), read_stream));
}

void jetstream::delete_stream(const std::string& name, done<bool> then) const {
  link_->request("$JS.API.STREAM.DELETE." + name, {}, timeout_,
                 reading<bool>(std::move(then), read_nothing));
}

void jetstream::stream_names(const std::string& subject_pattern,
                             done<std::vector<std::string>> then) const {
  auto read = [](const json& text) -> outcome<std::vector<std::string>> {
    std::vector<std::string> names;
    if (auto list = text.find("streams"); list != text.end() && list->is_array())
      names = list->get<std::vector<std::string>>();
    return names;
  };
  link_->request("$JS.API.STREAM.NAMES", json{{"subject", subject_pattern}}.dump(), timeout_,
                 reading<std::vector<std::string>>(std::move(then), read));
}

void jetstream::get_message(const std::string& stream, std::uint64_t seq,
                            done<stored_message> then) const {
  link_->request("$JS.API.STREAM.MSG.GET." + stream, json{{"seq", seq}}.dump(), timeout_,
                 reading<stored_message>(std::move(then), read_message));
}

void jetstream::create_consumer(const consumer_config& config, done<bool> then) const {
  json details{{"name", config.name},
               {"filter_subject", config.filter_subject},
               {"deliver_policy", "by_start_sequence"},
               {"opt_start_seq", config.start_seq},
               {"ack_policy", "none"},
               {"replay_policy", "instant"},
               {"num_replicas", 1},
               {"mem_storage", true},
               {"inactive_threshold", nanoseconds(config.inactive_threshold)}};
  json body{{"stream_name", config.stream}, {"config", details}};
  link_->request("$JS.API.CONSUMER.CREATE." + config.stream + "." + config.name + "." +
                   config.filter_subject,
                 body.dump(), timeout_, reading<bool>(std::move(then), read_nothing));
}

void jetstream::delete_consumer(const std::string& stream, const std::string& name,
                                done<bool> then) const {
  link_->request("$JS.API.CONSUMER.DELETE." + stream + "." + name, {}, timeout_,
                 reading<bool>(std::move(then), read_nothing));
}

} // namespace recado::bus
