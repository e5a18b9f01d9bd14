#include "schemas/wire.hpp"

#include <msgpack.hpp>

namespace recado {

std::string_view to_string(conversation_type value) noexcept {
  switch (value) {
  case conversation_type::private_:
    return "private";
  case conversation_type::group:
    return "group";
  case conversation_type::direct:
    return "direct";
  }
  return "group";
}
std::string_view to_string(member_role value) noexcept {
  return value == member_role::admin ? "admin" : "member";
}
std::string_view to_string(receipt_kind value) noexcept {
  return value == receipt_kind::read ? "read" : "delivered";
}
std::string_view to_string(path value) noexcept {
  switch (value) {
  case path::stream:
    return "stream";
  case path::direct:
    return "direct";
  case path::inbox:
    return "inbox";
  }
  return "stream";
}

namespace {

using object = msgpack::object;

// --- writing -----------------------------------------------------------------------------------

class writer {
public:
  explicit writer(std::string& out) : sink_{out}, packer_(sink_) {}
  void array(std::size_t n) { packer_.pack_array(static_cast<std::uint32_t>(n)); }
  void put(const uuid& id) {
    packer_.pack_bin(16);
    packer_.pack_bin_body(reinterpret_cast<const char*>(id.bytes.data()), 16);
  }
  template <class Tag>
  void put(const id_of<Tag>& id) {
    put(id.value);
  }
  void put(const user_id& user) { packer_.pack(user.value); }
  void put(const std::string& text) { packer_.pack(text); }
  void put(std::int64_t n) { packer_.pack(n); }
  void put(std::int32_t n) { packer_.pack(n); }
  void put(bool b) { packer_.pack(b); }
  void put(wall_time at) { packer_.pack(micros(at)); }
  template <class E>
  requires std::is_enum_v<E>
  void put(E value) { packer_.pack(static_cast<std::uint32_t>(value)); }
  void put(const request_hash& hash) {
    packer_.pack_bin(16);
    packer_.pack_bin_body(reinterpret_cast<const char*>(hash.data()), 16);
  }
  template <class T>
  void put(const std::optional<T>& value) {
    if (value)
      put(*value);
    else
      packer_.pack_nil();
  }
  template <class T>
  void put(const std::vector<T>& values) {
    array(values.size());
    for (const auto& value : values)
      put(value);
  }
  template <class... Ts>
  void row(const Ts&... values) {
    array(sizeof...(Ts));
    (put(values), ...);
  }
  template <class... Ts>
  void put(const std::variant<Ts...>& value) {
    array(2);
    packer_.pack(static_cast<std::uint32_t>(value.index()));
    std::visit([this](const auto& body) { this->put(body); }, value);
  }

  void put(const predecessor& x) { row(x.command, x.message); }
  void put(const new_member& x) { row(x.user, x.role); }
  void put(const address_recipient& x) { row(x.channel, x.address); }
  void put(const send_message& x) {
    row(x.message, x.from, x.payload, x.metadata, x.hash, x.expires_at, x.implicit_members,
        x.channels, x.addresses, x.at_most_once);
  }
  void put(const send_receipt& x) { row(x.user, x.kind, x.up_to_seq); }
  void put(const create_conversation& x) { row(x.type, x.members, x.title, x.metadata, x.hash); }
  void put(const add_member& x) { row(x.member); }
  void put(const remove_member& x) { row(x.user); }
  void put(const cancel_message& x) { row(x.message); }
  void put(const begin_attempt& x) { row(x.message, x.delivery, x.attempt, x.owned); }
  void put(const settle_attempt& x) {
    row(x.message, x.delivery, x.attempt, x.owned, x.end, x.unknown, x.next_at, x.provider_id,
        x.provider_code, x.detail);
  }
  void put(const expire_delivery& x) { row(x.message, x.delivery); }
  void put(const command& x) {
    row(wire_version_n, x.id, x.client, x.conversation, x.priority, x.acting, x.received_at,
        x.trace, x.reply_to, x.origin, x.after, x.body);
  }
  void put(const accepted_delivery& x) { row(x.recipient, x.channel, x.address, x.state); }
  void put(const reply& x) {
    row(wire_version_n, x.command, x.code, x.detail, x.replayed, x.stored, x.conversation,
        x.message, x.seq, x.at, x.role, x.recipients, x.recipients_total, x.pointer, x.deliveries,
        x.deliveries_total);
  }
  void put(const message_view& x) {
    row(x.id, x.conversation, x.seq, x.from, x.payload, x.metadata, x.priority, x.created_at,
        x.expires_at);
  }
  void put(const message_event& x) { row(x.message, x.origin); }
  void put(const receipt_event& x) { row(x.user, x.kind, x.up_to_seq, x.at); }
  void put(const joined_event& x) { row(x.user, x.role, x.joined_seq, x.at); }
  void put(const left_event& x) { row(x.user, x.left_seq); }
  void put(const status_event& x) {
    row(x.message, x.seq, x.sender, x.recipient, x.channel, x.address, x.state, x.attempt,
        x.provider_code, x.at);
  }
  void put(const event& x) { row(x.client, x.conversation, x.rev, x.body); }
  void put(const event_batch& x) { row(wire_version_n, x.events); }

private:
  static constexpr std::int32_t wire_version_n = wire_version;
  struct string_sink {
    std::string& out;
    void write(const char* data, std::size_t n) { out.append(data, n); }
  } sink_;
  msgpack::packer<string_sink> packer_;
};

template <class T>
std::string encoded(const T& value, std::size_t guess) {
  std::string out;
  out.reserve(guess);
  writer{out}.put(value);
  return out;
}

// --- reading -----------------------------------------------------------------------------------

struct bad_bytes : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// It has a kind or a value that did not exist yet when this program was built.
struct from_a_newer_node : bad_bytes {
  using bad_bytes::bad_bytes;
};

/// Largest value of each enum on the wire; a larger one comes from a newer node.
template <class E>
constexpr std::uint32_t last_of = 0;
template <>
constexpr std::uint32_t last_of<lane> = 2;
template <>
constexpr std::uint32_t last_of<conversation_type> = 2;
template <>
constexpr std::uint32_t last_of<member_role> = 1;
template <>
constexpr std::uint32_t last_of<receipt_kind> = 1;
template <>
constexpr std::uint32_t last_of<attempt_end> = 3;
template <>
constexpr std::uint32_t last_of<status> = statuses - 1;
template <>
constexpr std::uint32_t last_of<ec> = static_cast<std::uint32_t>(ec::account_exists);

class reader {
public:
  static void get(const object& o, uuid& id) { bytes16(o, id.bytes); }
  template <class Tag>
  static void get(const object& o, id_of<Tag>& id) {
    bytes16(o, id.value.bytes);
  }
  static void get(const object& o, request_hash& hash) { bytes16(o, hash); }
  static void get(const object& o, std::string& text) { text = o.as<std::string>(); }
  static void get(const object& o, user_id& user) { user.value = o.as<std::string>(); }
  static void get(const object& o, std::int64_t& n) { n = o.as<std::int64_t>(); }
  static void get(const object& o, std::int32_t& n) { n = o.as<std::int32_t>(); }
  static void get(const object& o, bool& b) { b = o.as<bool>(); }
  static void get(const object& o, wall_time& at) { at = from_micros(o.as<std::int64_t>()); }
  template <class E>
  requires std::is_enum_v<E>
  static void get(const object& o, E& value) {
    auto n = o.as<std::uint32_t>();
    if (n > last_of<E>) throw from_a_newer_node("unknown enumerator " + std::to_string(n));
    value = static_cast<E>(n);
  }
  /// A refusal that we have no name for: the same id may be sent again.
  static void get(const object& o, ec& value) {
    auto n = o.as<std::uint32_t>();
    value = n > last_of<ec> ? ec::outcome_unknown : static_cast<ec>(n);
  }
  template <class T>
  static void get(const object& o, std::optional<T>& value) {
    if (o.is_nil())
      value.reset();
    else
      get(o, value.emplace());
  }
  template <class T>
  static void get(const object& o, std::vector<T>& values) {
    auto items = array(o);
    values.resize(items.size);
    for (std::uint32_t i = 0; i < items.size; ++i)
      get(items.ptr[i], values[i]);
  }
  template <class... Ts>
  static void row(const object& o, Ts&... values) {
    auto items = array(o);
    std::uint32_t i = 0;
    ((i < items.size ? get(items.ptr[i], values) : void(), ++i), ...);
  }
  template <class... Ts>
  static void get(const object& o, std::variant<Ts...>& value) {
    auto items = array(o);
    if (items.size < 2) throw bad_bytes("a body without a kind");
    auto index = items.ptr[0].as<std::uint32_t>();
    if (!alternative(items.ptr[1], index, value, std::index_sequence_for<Ts...>{}))
      throw from_a_newer_node("unknown kind " + std::to_string(index));
  }

  static void get(const object& o, predecessor& x) { row(o, x.command, x.message); }
  static void get(const object& o, new_member& x) { row(o, x.user, x.role); }
  static void get(const object& o, address_recipient& x) { row(o, x.channel, x.address); }
  static void get(const object& o, send_message& x) {
    row(o, x.message, x.from, x.payload, x.metadata, x.hash, x.expires_at, x.implicit_members,
        x.channels, x.addresses, x.at_most_once);
  }
  static void get(const object& o, send_receipt& x) { row(o, x.user, x.kind, x.up_to_seq); }
  static void get(const object& o, create_conversation& x) {
    row(o, x.type, x.members, x.title, x.metadata, x.hash);
  }
  static void get(const object& o, add_member& x) { row(o, x.member); }
  static void get(const object& o, remove_member& x) { row(o, x.user); }
  static void get(const object& o, cancel_message& x) { row(o, x.message); }
  static void get(const object& o, begin_attempt& x) {
    row(o, x.message, x.delivery, x.attempt, x.owned);
  }
  static void get(const object& o, settle_attempt& x) {
    row(o, x.message, x.delivery, x.attempt, x.owned, x.end, x.unknown, x.next_at, x.provider_id,
        x.provider_code, x.detail);
  }
  static void get(const object& o, expire_delivery& x) { row(o, x.message, x.delivery); }
  static void get(const object& o, command& x) {
    std::int32_t version = 0;
    row(o, version, x.id, x.client, x.conversation, x.priority, x.acting, x.received_at, x.trace,
        x.reply_to, x.origin, x.after, x.body);
    check(version);
  }
  static void get(const object& o, accepted_delivery& x) {
    row(o, x.recipient, x.channel, x.address, x.state);
  }
  static void get(const object& o, reply& x) {
    std::int32_t version = 0;
    row(o, version, x.command, x.code, x.detail, x.replayed, x.stored, x.conversation, x.message,
        x.seq, x.at, x.role, x.recipients, x.recipients_total, x.pointer, x.deliveries,
        x.deliveries_total);
    check(version);
  }
  static void get(const object& o, message_view& x) {
    row(o, x.id, x.conversation, x.seq, x.from, x.payload, x.metadata, x.priority, x.created_at,
        x.expires_at);
  }
  static void get(const object& o, message_event& x) { row(o, x.message, x.origin); }
  static void get(const object& o, receipt_event& x) { row(o, x.user, x.kind, x.up_to_seq, x.at); }
  static void get(const object& o, joined_event& x) { row(o, x.user, x.role, x.joined_seq, x.at); }
  static void get(const object& o, left_event& x) { row(o, x.user, x.left_seq); }
  static void get(const object& o, status_event& x) {
    row(o, x.message, x.seq, x.sender, x.recipient, x.channel, x.address, x.state, x.attempt,
        x.provider_code, x.at);
  }
  static void get(const object& o, event& x) { row(o, x.client, x.conversation, x.rev, x.body); }
  /// An event that we do not know is left out; who needs it reads it after the upgrade.
  static void get(const object& o, std::vector<event>& values) {
    auto items = array(o);
    values.reserve(items.size);
    for (std::uint32_t i = 0; i < items.size; ++i) {
      try {
        event one;
        get(items.ptr[i], one);
        values.push_back(std::move(one));
      } catch (const from_a_newer_node&) {
        continue;
      }
    }
  }
  static void get(const object& o, event_batch& x) {
    std::int32_t version = 0;
    row(o, version, x.events);
    check(version);
  }

private:
  static msgpack::object_array array(const object& o) {
    if (o.type != msgpack::type::ARRAY) throw bad_bytes("an array was expected");
    return o.via.array;
  }
  static void bytes16(const object& o, std::array<std::uint8_t, 16>& out) {
    if (o.type != msgpack::type::BIN || o.via.bin.size != 16)
      throw bad_bytes("16 bytes were expected");
    std::memcpy(out.data(), o.via.bin.ptr, 16);
  }
  static void check(std::int32_t version) {
    if (version < 1 || version > wire_version)
      throw bad_bytes("envelope version " + std::to_string(version) + " is not understood");
  }
  template <class V, std::size_t... Is>
  static bool alternative(const object& o, std::uint32_t index, V& value,
                          std::index_sequence<Is...>) {
    return ((index == Is && (get(o, value.template emplace<Is>()), true)) || ...);
  }
};

bool refer(msgpack::type::object_type, std::size_t, void*) {
  return true;
}

template <class T>
result<T> decoded(std::string_view bytes) {
  try {
    bool referenced = false;
    std::size_t end = 0;
    msgpack::zone zone;
    // Nothing that we send comes near these limits: they bound what hostile bytes can allocate.
    auto o = msgpack::unpack(zone, bytes.data(), bytes.size(), end, referenced, refer, nullptr,
                             msgpack::unpack_limit(100'000, 16, 16 << 20, 16 << 20, 0, 16));
    if (end != bytes.size()) return fail(ec::malformed_request, "bytes after the envelope");
    T out;
    reader::get(o, out);
    return out;
  } catch (const std::exception& e) {
    return fail(ec::malformed_request, e.what());
  }
}

} // namespace

std::string encode(const command& value) {
  const auto* send = std::get_if<send_message>(&value.body);
  return encoded(value, 320 + (send ? send->payload.size() + send->metadata.size() : 256));
}
std::string encode(const reply& value) {
  return encoded(value, 160);
}
std::string encode(const event_batch& value) {
  return encoded(value, value.events.size() * 400);
}

result<command> decode_command(std::string_view bytes) {
  return decoded<command>(bytes);
}
result<reply> decode_reply(std::string_view bytes) {
  return decoded<reply>(bytes);
}
result<event_batch> decode_events(std::string_view bytes) {
  return decoded<event_batch>(bytes);
}

} // namespace recado
