#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <limits>

#include "config/address.hpp"
#include "config/setting.hpp"
#include "schemas/uuid.hpp"

namespace recado::config {
namespace {

using words = std::vector<std::string>;
using text_check = std::function<complaint(const std::string&)>;

constexpr std::int64_t ms_max = 24 * 3'600 * 1'000;
constexpr std::int64_t gib = 1 << 30;

std::string name_of_type(const value& what) {
  static constexpr const char* names[] = {"a boolean", "a whole number", "a string",
                                          "a list of strings"};
  return names[what.index()];
}

template <class T>
tl::expected<T, std::string> typed(const value& given) {
  if (const auto* right = std::get_if<T>(&given)) return *right;
  return tl::unexpected(
    fmt::format("is {}, but must be {}", name_of_type(given), name_of_type(value{T{}})));
}

/// Collects the settings of one section after the other.
class table {
public:
  table& in(std::string section) {
    section_ = std::move(section);
    return *this;
  }

  template <class T>
  table& number(const char* key, T& target, std::int64_t least, std::int64_t most) {
    auto get = [&target] { return value{static_cast<std::int64_t>(target)}; };
    auto set = [&target, least, most](const value& given) -> complaint {
      auto number = typed<std::int64_t>(given);
      if (!number) return number.error();
      if (*number < least || *number > most)
        return fmt::format("{} is too {}: allowed is {} to {}", *number,
                           *number < least ? "small" : "large", least, most);
      target = static_cast<T>(*number);
      return std::nullopt;
    };
    return add(key, std::move(get), std::move(set));
  }

  table& flag(const char* key, bool& target) {
    auto set = [&target](const value& given) -> complaint {
      auto flag = typed<bool>(given);
      if (!flag) return flag.error();
      target = *flag;
      return std::nullopt;
    };
    return add(
      key, [&target] { return value{target}; }, std::move(set));
  }

  table& text(const char* key, std::string& target, text_check check = {}) {
    auto set = [&target, check = std::move(check)](const value& given) -> complaint {
      auto text = typed<std::string>(given);
      if (!text) return text.error();
      if (check)
        if (auto why = check(*text)) return why;
      target = *text;
      return std::nullopt;
    };
    return add(
      key, [&target] { return value{target}; }, std::move(set));
  }

  table& list(const char* key, words& target, text_check check) {
    auto set = [&target, check = std::move(check)](const value& given) -> complaint {
      auto list = typed<words>(given);
      if (!list) return list.error();
      for (const auto& text : *list)
        if (auto why = check(text)) return why;
      target = *list;
      return std::nullopt;
    };
    return add(
      key, [&target] { return value{target}; }, std::move(set));
  }

  /// The setting added last is not shown to anybody.
  table& secret() {
    all_.back().secret = true;
    return *this;
  }

  std::vector<setting> take() { return std::move(all_); }

private:
  table& add(const char* key, std::function<value()> get,
             std::function<complaint(const value&)> set) {
    all_.push_back({section_, key, false, std::move(get), std::move(set)});
    return *this;
  }

  std::string section_;
  std::vector<setting> all_;
};

complaint not_empty(const std::string& text) {
  if (text.empty()) return "is empty";
  return std::nullopt;
}

text_check one_of(words allowed) {
  return [allowed = std::move(allowed)](const std::string& text) -> complaint {
    if (std::find(allowed.begin(), allowed.end(), text) != allowed.end()) return std::nullopt;
    return fmt::format("\"{}\" is not allowed: allowed is {}", text, fmt::join(allowed, ", "));
  };
}

/// Names that become parts of subjects, of PostgreSQL's application_name and of file names.
text_check short_name(std::size_t most) {
  return [most](const std::string& text) -> complaint {
    auto good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    if (!text.empty() && text.size() <= most && std::all_of(text.begin(), text.end(), good))
      return std::nullopt;
    return fmt::format("\"{}\" is not allowed: allowed is 1 to {} of a-z, 0-9 and -", text, most);
  };
}

complaint listening_address(const std::string& text) {
  if (is_address(text)) return std::nullopt;
  return fmt::format("\"{}\" is not an IPv4 or IPv6 address", text);
}

/// As libpq takes it; a word alone would be the name of a database on this machine's socket. "***"
/// is what `config check --show` writes in its place.
complaint database_url(const std::string& text) {
  if (text.empty()) return "is empty";
  bool known = text.starts_with("postgresql://") || text.starts_with("postgres://") ||
               text.find('=') != std::string::npos || text == "***";
  if (known) return std::nullopt;
  return "is neither postgresql://user@host:port/database nor host=… dbname=…"; // may hold a
                                                                                // password
}

complaint bus_url(const std::string& text) {
  if (text.starts_with("nats://") || text.starts_with("tls://")) return std::nullopt;
  return "is not a URL that begins with nats:// or tls://"; // it may hold a password
}

complaint allowed_network(const std::string& text) {
  for (const auto* word : {"loopback", "private", "link_local"})
    if (text == word) return std::nullopt;
  if (is_cidr(text)) return std::nullopt;
  return fmt::format(
    "\"{}\" is not allowed: allowed is loopback, private, link_local or CIDR such as 10.0.0.0/8",
    text);
}

complaint public_url(const std::string& text) {
  auto http = text.starts_with("http://") || text.starts_with("https://");
  if (text.empty() || (http && !text.ends_with('/'))) return std::nullopt;
  return fmt::format("\"{}\" is not an http(s) URL without a slash at its end", text);
}

void describe(node_section& s, table& to) {
  to.in("node")
    .text("id", s.id, short_name(20))
    .text("public_url", s.public_url, public_url)
    .number("stop_ms_max", s.stop_ms_max, 1'000, 600'000)
    .number("linger_ms", s.linger_ms, 0, 60'000);
}

void describe(http_section& s, table& to) {
  to.in("http")
    .text("address", s.address, listening_address)
    .number("port", s.port, 0, 65'535)
    .text("tls_certificate_file", s.tls_certificate_file)
    .text("tls_key_file", s.tls_key_file)
    .number("io_threads", s.io_threads, 1, 64)
    .number("connections_max", s.connections_max, 1, 1'000'000)
    .number("header_bytes_max", s.header_bytes_max, 1'024, 1 << 20)
    .number("headers_max", s.headers_max, 10, 1'000)
    .number("headers_timeout_ms", s.headers_timeout_ms, 100, ms_max)
    .number("body_idle_timeout_ms", s.body_idle_timeout_ms, 100, ms_max)
    .number("request_timeout_ms", s.request_timeout_ms, 100, ms_max)
    .number("write_timeout_ms", s.write_timeout_ms, 100, ms_max)
    .number("keep_alive_idle_ms", s.keep_alive_idle_ms, 100, ms_max)
    .number("ws_message_bytes_max", s.ws_message_bytes_max, 1'024, 64 << 20)
    .number("ws_queue_bytes_max", s.ws_queue_bytes_max, 512 << 10, gib) // a resume fills 256 KiB
    .number("ws_queue_frames_max", s.ws_queue_frames_max, 16, 1'000'000)
    .number("ws_ping_ms", s.ws_ping_ms, 1'000, 3'600'000)
    .flag("ws_compression", s.ws_compression);
}

void describe(limits_section& s, table& to) {
  to.in("limits")
    .number("body_bytes_max", s.body_bytes_max, 1'024, gib)
    .number("bulk_body_bytes_max", s.bulk_body_bytes_max, 1'024, gib)
    .number("bulk_messages_max", s.bulk_messages_max, 1, 1'000)
    .number("json_depth_max", s.json_depth_max, 4, 256)
    .number("text_bytes_max", s.text_bytes_max, 1, 16 << 20)
    .number("metadata_bytes_max", s.metadata_bytes_max, 2, 16 << 20)
    .number("recipients_max", s.recipients_max, 1, 10'000)
    .number("members_max", s.members_max, 2, 100'000)
    .number("page_max", s.page_max, 1, 10'000)
    .number("page_default", s.page_default, 1, 10'000);
}

void describe(store_section& s, table& to) {
  to.in("store")
    .text("dsn", s.dsn, database_url)
    .secret()
    .number("writers", s.writers, 1, 64)
    .number("readers", s.readers, 1, 256)
    .number("read_queue_max", s.read_queue_max, 1, 1'000'000)
    .number("connect_timeout_ms", s.connect_timeout_ms, 100, 60'000)
    .number("statement_timeout_ms", s.statement_timeout_ms, 100, ms_max)
    .number("read_timeout_ms", s.read_timeout_ms, 100, ms_max);
}

void describe(bus_section& s, table& to) {
  to.in("bus")
    .list("urls", s.urls, bus_url)
    .text("user", s.user)
    .text("password", s.password)
    .secret()
    .text("token", s.token)
    .secret()
    .number("connect_timeout_ms", s.connect_timeout_ms, 100, 60'000)
    .number("backoff_ms_first", s.backoff_ms_first, 1, 60'000)
    .number("backoff_ms_max", s.backoff_ms_max, 1, 60'000)
    .number("ping_interval_ms", s.ping_interval_ms, 100, 60'000)
    .number("stream_age_s_max", s.stream_age_s_max, 60, 24 * 3'600)
    .number("stream_bytes_max", s.stream_bytes_max, 1 << 20, std::int64_t{1} << 40)
    .number("stream_replicas", s.stream_replicas, 1, 5);
}

void describe(cluster_section& s, table& to) {
  to.in("cluster")
    .text("name", s.name, short_name(30))
    .number("partitions", s.partitions, 1, 4'096)
    .text("wire", s.wire, one_of({"stream", "auto"}))
    .number("heartbeat_ms", s.heartbeat_ms, 20, 10'000)
    .number("silence_ms", s.silence_ms, 500, 600'000)
    .number("silence_polls", s.silence_polls, 2, 100)
    .number("serve_without_heartbeat_ms", s.serve_without_heartbeat_ms, 100, 600'000)
    .number("beacon_ms", s.beacon_ms, 20, 10'000)
    .number("beacon_age_ms_max", s.beacon_age_ms_max, 50, 60'000)
    .number("moves_max", s.moves_max, 1, 64)
    .number("tries_wait_ms", s.tries_wait_ms, 0, 600'000);
}

void describe(gateway_section& s, table& to) {
  to.in("gateway")
    .text("token_issuer", s.token_issuer, not_empty)
    .text("token_audience", s.token_audience, not_empty)
    .number("token_ttl_s", s.token_ttl_s, 60, 30 * 24 * 3'600)
    .number("in_flight_per_client", s.in_flight_per_client, 1, 1'000'000)
    .number("in_flight_bytes_per_client", s.in_flight_bytes_per_client, 64 << 10, 16 * gib)
    .number("waiting_per_client", s.waiting_per_client, 0, 1'000'000)
    .number("queue_wait_ms", s.queue_wait_ms, 0, 60'000)
    .number("owner_reply_timeout_ms", s.owner_reply_timeout_ms, 100, 600'000)
    .number("inbox_rows_max", s.inbox_rows_max, 1, 10'000'000)
    .number("ws_auth_timeout_ms", s.ws_auth_timeout_ms, 100, 600'000)
    .number("resume_messages_max", s.resume_messages_max, 1, 100'000)
    .number("resume_conversations_max", s.resume_conversations_max, 1, 100'000);
}

constexpr std::uint32_t rate_max = 1'000'000;
constexpr std::uint32_t quota_max = 2'000'000'000;

complaint client_rate_text(const std::string& text) {
  if (read_client_rate(text)) return std::nullopt;
  return fmt::format(
    "\"{}\" is not a client's rate such as "
    "0193a8c0-0000-7000-8000-000000000000=50/100 (per second, and at once) or =50/100/10000 "
    "(and per day)",
    text);
}

void describe(rates_section& s, table& to) {
  to.in("rates")
    .number("messages_per_second", s.messages_per_second, 0, rate_max)
    .number("messages_burst", s.messages_burst, 0, rate_max)
    .number("messages_per_day", s.messages_per_day, 0, quota_max)
    .list("clients", s.clients, client_rate_text);
}

void describe(conversations_section& s, table& to) {
  to.in("conversations")
    .number("idle_passivate_s", s.idle_passivate_s, 1, 7 * 24 * 3'600)
    .number("resident_max", s.resident_max, 1, 10'000'000)
    .number("commands_per_partition_max", s.commands_per_partition_max, 1, 1'000'000)
    .number("batch_commands_max", s.batch_commands_max, 1, 100'000)
    .number("batch_bytes_max", s.batch_bytes_max, 64 << 10, gib)
    .number("inbox_poll_ms", s.inbox_poll_ms, 10, 60'000);
}

} // namespace

std::optional<client_rate> read_client_rate(const std::string& text) {
  auto equals = text.find('='), slash = text.find('/');
  if (equals == std::string::npos || slash == std::string::npos || slash < equals)
    return std::nullopt;
  auto id = uuid::parse(text.substr(0, equals));
  client_rate out{id ? id->str() : "", 0, 0, {}};
  auto number = [&text](std::size_t from, std::size_t to, std::uint32_t most, std::uint32_t& into) {
    auto [end, error] = std::from_chars(text.data() + from, text.data() + to, into);
    return error == std::errc{} && end == text.data() + to && into <= most;
  };
  auto second = std::min(text.find('/', slash + 1), text.size());
  if (!id || !number(equals + 1, slash, rate_max, out.per_second) ||
      !number(slash + 1, second, rate_max, out.burst))
    return std::nullopt;
  if (second < text.size() && !number(second + 1, text.size(), quota_max, out.per_day.emplace()))
    return std::nullopt;
  return out;
}

std::vector<setting> settings_of(node_config& config) {
  table all;
  describe(config.node, all);
  describe(config.http, all);
  describe(config.limits, all);
  describe(config.store, all);
  describe(config.bus, all);
  describe(config.cluster, all);
  describe(config.gateway, all);
  describe(config.rates, all);
  describe(config.conversations, all);
  all.in("actors")
    .number("threads", config.actors.threads, 0, 256)
    .number("messages_per_turn", config.actors.messages_per_turn, 1, 100'000);
  all.in("log")
    .text("level", config.log.level, one_of({"debug", "info", "warn", "error"}))
    .text("file", config.log.file)
    .flag("human", config.log.human);
  all.in("net").list("allow_private", config.net.allow_private, allowed_network);
  all.in("channels").text("key_file", config.channels.key_file);
  return all.take();
}

} // namespace recado::config
