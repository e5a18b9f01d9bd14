/// The bytes that nodes of different versions say to each other (docs/decisions/0022). Each file in
/// golden/ holds what one version wrote, and is never changed again: newer nodes must read all of
/// them, and what this version writes must be the newest one, to the byte.
#include "actors/watch/watch_wire.hpp"
#include "cluster/router/beacon.hpp"
#include "schemas/wire.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <functional>
#include <map>
#include <msgpack.hpp>

using namespace recado;

namespace {

using bytes_by_name = std::map<std::string, std::string>;

template <class Id>
Id id(std::uint8_t n) {
  uuid out;
  out.bytes.fill(n);
  return Id{out};
}

std::string hex(const std::string& bytes) {
  std::string out;
  for (unsigned char c : bytes)
    out += fmt::format("{:02x}", c);
  return out;
}

std::string unhex(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    out += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
  return out;
}

command with(command_body body) {
  command out;
  out.id = id<command_id>(1);
  out.client = id<client_id>(2);
  out.conversation = id<conversation_id>(3);
  out.priority = lane::bulk;
  out.acting = user_id{"ana"};
  out.received_at = from_micros(1'700'000'000'123'456);
  out.trace = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01";
  out.reply_to = "recado.reply.n1.7";
  out.origin.bytes.fill(4);
  out.after = predecessor{id<command_id>(5), id<message_id>(6)};
  out.body = std::move(body);
  return out;
}

send_message a_message() {
  send_message out;
  out.message = id<message_id>(7);
  out.from = user_id{"ana"};
  out.payload = R"({"type":"text","text":"Olá"})";
  out.metadata = R"({"n":1})";
  out.hash.fill(8);
  out.expires_at = from_micros(1'800'000'000'000'000);
  out.implicit_members = {user_id{"ana"}, user_id{"bruno"}};
  out.channels = {"email", "in_app"};
  out.addresses = {{"email", "a@b.c"}};
  out.at_most_once = true;
  return out;
}

reply an_answer() {
  reply out;
  out.command = id<command_id>(1);
  out.code = ec::not_a_member;
  out.detail = "no";
  out.pointer = "/from";
  out.replayed = true;
  out.conversation = id<conversation_id>(3);
  out.message = id<message_id>(7);
  out.seq = 42;
  out.at = from_micros(1'700'000'000'123'456);
  out.role = member_role::admin;
  out.recipients = {user_id{"bruno"}};
  out.recipients_total = 1;
  out.deliveries = {{user_id{"bruno"}, "email", "b@b.c", status::queued}};
  out.deliveries_total = 1;
  return out;
}

event_batch all_events() {
  auto at = from_micros(1'700'000'000'123'456);
  message_view view{id<message_id>(7),
                    id<conversation_id>(3),
                    42,
                    user_id{"ana"},
                    "{}",
                    "{}",
                    lane::express,
                    at,
                    at};
  uuid origin;
  origin.bytes.fill(4);
  auto wrap = [](event_body body) {
    return event{id<client_id>(2), id<conversation_id>(3), 9, std::move(body)};
  };
  return {{wrap(message_event{view, origin}),
           wrap(receipt_event{user_id{"bruno"}, receipt_kind::read, 42, at}),
           wrap(joined_event{user_id{"carla"}, member_role::admin, 42, at}),
           wrap(left_event{user_id{"carla"}, 43}),
           wrap(status_event{id<message_id>(7), 42, user_id{"ana"}, user_id{"bruno"}, "email",
                             "b@b.c", status::retrying, 2, "451", at})}};
}

/// What this version writes, of every kind.
bytes_by_name written() {
  bytes_by_name out;
  out["command.send_message"] = encode(with(a_message()));
  out["command.send_receipt"] =
    encode(with(send_receipt{user_id{"bruno"}, receipt_kind::read, 42}));
  create_conversation create{
    conversation_type::private_, {{user_id{"ana"}, member_role::admin}}, "Title", "{}", {}};
  out["command.create_conversation"] = encode(with(create));
  out["command.add_member"] = encode(with(add_member{{user_id{"carla"}, member_role::member}}));
  out["command.remove_member"] = encode(with(remove_member{user_id{"carla"}}));
  out["command.cancel_message"] = encode(with(cancel_message{id<message_id>(7)}));
  out["command.without_optionals"] = encode(command{});
  out["reply"] = encode(an_answer());
  out["reply.applied"] = encode(reply{});
  out["events"] = encode(all_events());
  out["beacon"] = cluster::encode(cluster::beacon{"n1", 1'700'000'000'123'456, {0, 17, 63}});
  watch_service::item item{id<client_id>(2), id<conversation_id>(3)};
  out["watch"] = encode(watch_request{"recado.ev.n1.7", true, {item}});
  out["watch.positions"] = encode(std::vector<watch_service::position>{{item, 42, 9}});
  return out;
}

std::filesystem::path folder() {
  return std::filesystem::path{RECADO_SOURCE_DIR} / "tests/schemas/golden";
}

bytes_by_name read_golden(const std::filesystem::path& file) {
  bytes_by_name out;
  std::ifstream in{file};
  std::string name, text;
  while (in >> name >> text)
    out[name] = unhex(text);
  return out;
}

std::vector<std::filesystem::path> golden_files() {
  std::vector<std::filesystem::path> out;
  for (const auto& each : std::filesystem::directory_iterator{folder()})
    out.push_back(each.path());
  std::sort(out.begin(), out.end());
  return out;
}

/// Read and written again by this version; empty if it cannot be read.
std::string through(const std::string& name, const std::string& bytes) {
  auto again = [](const auto& read) { return read ? encode(*read) : std::string{}; };
  if (name.starts_with("command")) return again(decode_command(bytes));
  if (name.starts_with("reply")) return again(decode_reply(bytes));
  if (name == "events") return again(decode_events(bytes));
  if (name == "watch") return again(decode_watch_request(bytes));
  if (name == "watch.positions") return again(decode_positions(bytes));
  auto read = cluster::decode_beacon(bytes);
  return read ? cluster::encode(*read) : std::string{};
}

/// As a newer version would write it: one more element at the end of every row.
void grow(msgpack::object& o, msgpack::zone& zone) {
  if (o.type != msgpack::type::ARRAY) return;
  auto& row = o.via.array;
  auto* more = static_cast<msgpack::object*>(
    zone.allocate_align(sizeof(msgpack::object) * (row.size + 1), alignof(msgpack::object)));
  std::copy(row.ptr, row.ptr + row.size, more);
  more[row.size] = msgpack::object{"new", zone};
  row.ptr = more;
  ++row.size;
}

std::string from_a_newer_node(const std::string& bytes, bool command) {
  auto handle = msgpack::unpack(bytes.data(), bytes.size());
  auto envelope = handle.get();
  grow(envelope, *handle.zone());
  if (command) {
    auto& body = envelope.via.array.ptr[11];
    grow(body.via.array.ptr[1], *handle.zone());
  }
  msgpack::sbuffer out;
  msgpack::pack(out, envelope);
  return {out.data(), out.size()};
}

} // namespace

BOOST_AUTO_TEST_SUITE(golden)

BOOST_AUTO_TEST_CASE(this_version_writes_what_the_newest_file_holds) {
  auto files = golden_files();
  BOOST_REQUIRE(!files.empty());
  auto known = read_golden(files.back());
  auto now = written();
  BOOST_TEST(known.size() == now.size());
  for (const auto& [name, bytes] : now) // the line is for a new file, should the change be meant
    BOOST_TEST((known[name] == bytes), files.back().filename().string()
                                         << " differs:\n"
                                         << name << ' ' << hex(bytes));
}

BOOST_AUTO_TEST_CASE(every_older_version_is_understood) {
  for (const auto& file : golden_files())
    for (const auto& [name, bytes] : read_golden(file))
      BOOST_TEST(!through(name, bytes).empty(), file.filename().string() << ": " << name);
}

BOOST_AUTO_TEST_CASE(nothing_is_lost_between_reading_and_writing) {
  for (const auto& [name, bytes] : written())
    BOOST_TEST(hex(through(name, bytes)) == hex(bytes), name);
}

BOOST_AUTO_TEST_CASE(what_a_newer_version_adds_at_the_end_is_passed_over) {
  for (const auto& [name, bytes] : written()) {
    bool fixed_layout = name == "beacon" || name.starts_with("watch");
    auto newer =
      fixed_layout ? bytes + "new" : from_a_newer_node(bytes, name.starts_with("command"));
    BOOST_TEST(hex(through(name, newer)) == hex(bytes), name);
  }
}

BOOST_AUTO_TEST_CASE(an_event_that_a_newer_version_invented_does_not_take_the_others_along) {
  auto bytes = encode(all_events());
  auto handle = msgpack::unpack(bytes.data(), bytes.size());
  auto batch = handle.get();
  auto& events = batch.via.array.ptr[1].via.array;
  events.ptr[1].via.array.ptr[3].via.array.ptr[0] = msgpack::object{99U};
  msgpack::sbuffer out;
  msgpack::pack(out, batch);
  auto read = decode_events({out.data(), out.size()});
  BOOST_REQUIRE(read);
  BOOST_TEST(read->events.size() == all_events().events.size() - 1);
}

BOOST_AUTO_TEST_CASE(a_refusal_that_a_newer_version_invented_means_try_again) {
  auto bytes = encode(an_answer());
  auto handle = msgpack::unpack(bytes.data(), bytes.size());
  auto answer = handle.get();
  answer.via.array.ptr[2] = msgpack::object{60'000U};
  msgpack::sbuffer out;
  msgpack::pack(out, answer);
  auto read = decode_reply({out.data(), out.size()});
  BOOST_REQUIRE(read);
  BOOST_TEST((read->code == ec::outcome_unknown));
}

/// Codes travel as numbers: a new one goes to the end.
BOOST_AUTO_TEST_CASE(codes_keep_their_numbers) {
  BOOST_TEST(static_cast<int>(ec::unauthorized) == 5);
  BOOST_TEST(static_cast<int>(ec::request_timeout) == 18);
  BOOST_TEST(static_cast<int>(ec::invalid_request) == 27);
  BOOST_TEST(static_cast<int>(ec::poison) == 32);
  BOOST_TEST(static_cast<int>(ec::internal) == 35);
  BOOST_TEST(static_cast<int>(ec::moved) == 41);
  BOOST_TEST(static_cast<int>(ec::account_exists) == 45);
}

BOOST_AUTO_TEST_SUITE_END()
