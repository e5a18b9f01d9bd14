#include "runtime/store/big_endian.hpp"
#include "runtime/store/value.hpp"

#include <limits>

namespace recado::store {
namespace {

// A field of PostgreSQL holds at most 1 GB; one that is larger must not wrap around.
constexpr std::size_t value_max = 1u << 30;

std::int32_t checked_length(std::size_t size) {
  if (size > value_max) throw std::length_error("a value of more than 1 GiB");
  return static_cast<std::int32_t>(size);
}

// wall_time's own ends stand for PostgreSQL's -infinity and infinity.
std::int64_t to_pg_time(wall_time at) {
  if (at == wall_time::max()) return std::numeric_limits<std::int64_t>::max();
  if (micros(at) < std::numeric_limits<std::int64_t>::min() + pg_epoch_us)
    return std::numeric_limits<std::int64_t>::min();
  return micros(at) - pg_epoch_us;
}

} // namespace

const std::uint32_t pg_type<uuid>::oid = oid::uuid;
const std::uint32_t pg_type<uuid>::array_oid = oid::uuid_array;
void pg_type<uuid>::append(std::string& out, const uuid& value) {
  out += value.raw();
}

const std::uint32_t pg_type<std::int16_t>::oid = oid::int2;
const std::uint32_t pg_type<std::int16_t>::array_oid = oid::int2_array;
void pg_type<std::int16_t>::append(std::string& out, const std::int16_t& value) {
  put_int(out, value);
}

const std::uint32_t pg_type<std::int32_t>::oid = oid::int4;
const std::uint32_t pg_type<std::int32_t>::array_oid = oid::int4_array;
void pg_type<std::int32_t>::append(std::string& out, const std::int32_t& value) {
  put_int(out, value);
}

const std::uint32_t pg_type<std::int64_t>::oid = oid::int8;
const std::uint32_t pg_type<std::int64_t>::array_oid = oid::int8_array;
void pg_type<std::int64_t>::append(std::string& out, const std::int64_t& value) {
  put_int(out, value);
}

const std::uint32_t pg_type<std::string_view>::oid = oid::text;
const std::uint32_t pg_type<std::string_view>::array_oid = oid::text_array;
void pg_type<std::string_view>::append(std::string& out, const std::string_view& value) {
  out += value;
}

const std::uint32_t pg_type<bytea>::oid = oid::byte_array;
const std::uint32_t pg_type<bytea>::array_oid = oid::bytea_array;
void pg_type<bytea>::append(std::string& out, const bytea& value) {
  out += value.value;
}

const std::uint32_t pg_type<bool>::oid = oid::boolean;
const std::uint32_t pg_type<bool>::array_oid = oid::boolean_array;
void pg_type<bool>::append(std::string& out, const bool& value) {
  out.push_back(value ? 1 : 0);
}

const std::uint32_t pg_type<wall_time>::oid = oid::timestamptz;
const std::uint32_t pg_type<wall_time>::array_oid = oid::timestamptz_array;
void pg_type<wall_time>::append(std::string& out, const wall_time& value) {
  put_int(out, to_pg_time(value));
}

const std::uint32_t pg_type<json>::oid = oid::json;
const std::uint32_t pg_type<json>::array_oid = oid::json_array;
void pg_type<json>::append(std::string& out, const json& value) {
  out += value.value;
}

const std::uint32_t pg_type<jsonb>::oid = oid::jsonb;
const std::uint32_t pg_type<jsonb>::array_oid = oid::jsonb_array;
void pg_type<jsonb>::append(std::string& out, const jsonb& value) {
  out.push_back(1); // version of the binary format
  out += value.value;
}

std::size_t array_bytes::begin_element() {
  elements_.append(4, '\0'); // the length, known at the end
  return elements_.size();
}

void array_bytes::end_element(std::size_t begun) {
  std::string length;
  put_int(length, checked_length(elements_.size() - begun));
  elements_.replace(begun - 4, 4, length);
  ++count_;
}

void array_bytes::null_element() {
  put_int(elements_, std::int32_t{-1});
  has_null_ = true;
  ++count_;
}

std::string array_bytes::encoded(std::uint32_t element_oid) const {
  std::string out;
  out.reserve(20 + elements_.size());
  put_int(out, std::int32_t{count_ > 0 ? 1 : 0}); // dimensions; an empty array has none
  put_int(out, std::int32_t{has_null_});
  put_int(out, element_oid);
  if (count_ == 0) return out;
  put_int(out, count_);
  put_int(out, std::int32_t{1}); // lower bound
  return out += elements_;
}

params& params::add_encoded(std::uint32_t oid, std::string_view encoded) {
  auto offset = bytes_.size();
  bytes_ += encoded;
  return close(oid, offset, true);
}

params& params::close(std::uint32_t oid, std::size_t offset, bool present) {
  auto length = present ? checked_length(bytes_.size() - offset) : -1;
  slots_.push_back({oid, offset, length});
  return *this;
}

} // namespace recado::store
