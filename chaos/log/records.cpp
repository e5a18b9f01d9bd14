#include "chaos/log/records.hpp"

#include <array>
#include <charconv>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace recado::chaos {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 4> ways{"post", "person", "bulk", "socket"};

json object(const char* kind, micros at) {
  return {{"k", kind}, {"t", at}};
}

// -------------------------------------------------------------------------------------- out
// The kinds of which there are millions are written by hand: a tree of JSON costs ten times more.

std::string line(const send_record& r) {
  return fmt::format(
    R"({{"k":"send","t":{},"m":"{}","c":"{}","by":"{}","hash":"{:016x}","lane":"{}"}})", r.at,
    r.message.str(), r.conversation.str(), r.by, r.text_hash, r.lane);
}
std::string line(const try_record& r) {
  return fmt::format(R"({{"k":"try","t":{},"m":"{}","by":"{}","via":"{}","node":{},"link":{}}})",
                     r.at, r.message.str(), r.by, to_string(r.via), r.node, r.link);
}
std::string line(const answer_record& r) {
  auto out = fmt::format(R"({{"k":"answer","t":{},"m":"{}","by":"{}","status":{},"link":{})", r.at,
                         r.message.str(), r.by, r.status, r.link);
  if (r.seq) out += fmt::format(R"(,"seq":{})", *r.seq);
  if (r.replayed) out += R"(,"replayed":true)";
  if (!r.why.empty())
    out += R"(,"why":)" + json(r.why).dump(-1, ' ', false, json::error_handler_t::replace);
  return out + '}';
}
std::string line(const frame_record& r) {
  return fmt::format(R"({{"k":"frame","t":{},"by":"{}","link":{},"c":"{}","m":"{}","seq":{}{}}})",
                     r.at, r.by, r.link, r.conversation.str(), r.message.str(), r.seq,
                     r.fetched ? R"(,"fetched":true)" : "");
}

json tree(const run_record& r) {
  auto out = object("run", r.at);
  out.update({{"client", r.client.str()}, {"seed", r.seed}, {"nodes", r.nodes}});
  return out;
}
json tree(const room_record& r) {
  auto out = object("room", r.at);
  out.update({{"c", r.conversation.str()}, {"readers", r.readers}});
  return out;
}
json tree(const open_record& r) {
  auto out = object("open", r.at);
  out.update({{"by", r.by}, {"link", r.link}, {"node", r.node}});
  return out;
}
json tree(const close_record& r) {
  auto out = object("close", r.at);
  out.update({{"by", r.by}, {"link", r.link}, {"code", r.code}, {"why", r.why}});
  return out;
}
json tree(const resume_record& r) {
  auto out = object(r.answered ? "resumed" : "resume", r.at);
  out.update({{"by", r.by}, {"link", r.link}, {"c", r.conversation.str()}, {"seq", r.seq}});
  return out;
}
json tree(const gap_record& r) {
  auto out = object("gap", r.at);
  out.update({{"by", r.by},
              {"link", r.link},
              {"c", r.conversation.str()},
              {"from", r.from_seq},
              {"to", r.to_seq}});
  return out;
}
json tree(const receipt_record& r) {
  auto out = object("receipt", r.at);
  out.update({{"by", r.by},
              {"c", r.conversation.str()},
              {"kind", r.read ? "read" : "delivered"},
              {"seq", r.up_to_seq},
              {"status", r.status}});
  return out;
}
json tree(const look_record& r) {
  auto out = object("look", r.at);
  out.update({{"begun", r.begun}, {"m", r.message.str()}, {"status", r.status}});
  return out;
}
json tree(const mark_record& r) {
  auto out = object("mark", r.at);
  out["what"] = r.what;
  return out;
}

template <class Record>
std::string line(const Record& r) {
  return tree(r).dump(-1, ' ', false, json::error_handler_t::replace);
}

// --------------------------------------------------------------------------------------- in

/// Thrown by nlohmann or by us; what() is the sentence.
struct bad_line : std::runtime_error {
  using runtime_error::runtime_error;
};

template <class Id>
Id id_in(const json& in, const char* name) {
  auto id = Id::parse(in.at(name).get_ref<const std::string&>());
  if (!id) throw bad_line(fmt::format("'{}' is no UUID", name));
  return *id;
}

way way_in(const json& in) {
  const auto& name = in.at("via").get_ref<const std::string&>();
  for (std::size_t i = 0; i < ways.size(); ++i)
    if (ways[i] == name) return static_cast<way>(i);
  throw bad_line("unknown way '" + name + "'");
}

std::uint64_t hash_in(const json& in) {
  return std::stoull(in.at("hash").get_ref<const std::string&>(), nullptr, 16);
}

record message_record_of(const std::string& kind, const json& in, micros at) {
  auto message = id_in<message_id>(in, "m");
  if (kind == "send")
    return send_record{at,          message,     id_in<conversation_id>(in, "c"),
                       in.at("by"), hash_in(in), in.value("lane", "standard")};
  if (kind == "try")
    return try_record{at, message, in.at("by"), way_in(in), in.at("node"), in.value("link", 0u)};
  if (kind == "look") return look_record{at, in.at("begun"), message, in.at("status")};
  answer_record out{at, message, in.at("by"), in.at("status")};
  if (in.contains("seq")) out.seq = in["seq"].get<std::int64_t>();
  out.replayed = in.value("replayed", false);
  out.link = in.value("link", 0u);
  out.why = in.value("why", "");
  return out;
}

record room_record_of(const std::string& kind, const json& in, micros at) {
  auto where = id_in<conversation_id>(in, "c");
  if (kind == "room") return room_record{at, where, in.at("readers")};
  if (kind == "receipt")
    return receipt_record{at,           in.at("by"),    where, in.at("kind") == "read",
                          in.at("seq"), in.at("status")};
  if (kind == "gap")
    return gap_record{at, in.at("by"), in.at("link"), where, in.at("from"), in.at("to")};
  return resume_record{at, in.at("by"), in.at("link"), where, in.at("seq"), kind == "resumed"};
}

record parse(const json& in) {
  const auto& kind = in.at("k").get_ref<const std::string&>();
  micros at = in.at("t");
  if (kind == "frame")
    return frame_record{at,
                        in.at("by"),
                        in.at("link"),
                        id_in<conversation_id>(in, "c"),
                        id_in<message_id>(in, "m"),
                        in.at("seq"),
                        in.value("fetched", false)};
  if (kind == "send" || kind == "try" || kind == "answer" || kind == "look")
    return message_record_of(kind, in, at);
  if (kind == "room" || kind == "receipt" || kind == "gap" || kind == "resume" || kind == "resumed")
    return room_record_of(kind, in, at);
  if (kind == "open") return open_record{at, in.at("by"), in.at("link"), in.at("node")};
  if (kind == "close")
    return close_record{at, in.at("by"), in.at("link"), in.at("code"), in.value("why", "")};
  if (kind == "mark") return mark_record{at, in.at("what")};
  if (kind == "run")
    return run_record{at, id_in<client_id>(in, "client"), in.at("seed"), in.at("nodes")};
  throw bad_line("unknown kind '" + kind + "'");
}

} // namespace

std::string_view to_string(way value) noexcept {
  return ways[static_cast<std::size_t>(value)];
}

std::optional<unsigned> node_in(const std::string& target) {
  unsigned number = 0;
  if (!target.starts_with("n")) return std::nullopt;
  const char* end = target.data() + target.size();
  auto [rest, failed] = std::from_chars(target.data() + 1, end, number);
  if (failed != std::errc{} || rest != end || number == 0) return std::nullopt;
  return number - 1;
}

std::string to_line(const record& what) {
  return std::visit([](const auto& r) { return line(r); }, what) + '\n';
}

std::string to_line(const fault_record& what) {
  json out{{"t", what.at},
           {"phase", what.begin ? "begin" : "end"},
           {"fault", what.fault},
           {"target", what.target},
           {"detail", what.detail}};
  if (!what.partitions.empty()) out["partitions"] = what.partitions;
  return out.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
}

tl::expected<record, std::string> record_of(std::string_view text) {
  try {
    return parse(json::parse(text));
  } catch (const std::exception& error) {
    return tl::unexpected{std::string{error.what()}};
  }
}

tl::expected<fault_record, std::string> fault_of(std::string_view text) {
  try {
    auto in = json::parse(text);
    const auto& phase = in.at("phase").get_ref<const std::string&>();
    if (phase != "begin" && phase != "end") throw bad_line("phase is neither begin nor end");
    return fault_record{in.at("t"),
                        phase == "begin",
                        in.at("fault"),
                        in.value("target", ""),
                        in.value("detail", ""),
                        in.value("partitions", std::vector<unsigned>{})};
  } catch (const std::exception& error) {
    return tl::unexpected{std::string{error.what()}};
  }
}

std::uint64_t hash_of(std::string_view text) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325ull;
  for (unsigned char byte : text)
    hash = (hash ^ byte) * 0x100000001b3ull;
  return hash;
}

} // namespace recado::chaos
