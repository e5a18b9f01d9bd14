#include "runtime/store/big_endian.hpp"
#include "runtime/store/pq.hpp"

#include <bit>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <limits>

namespace recado::store {
namespace {

const PGresult* pg(const std::shared_ptr<const void>& held) {
  return static_cast<const PGresult*>(held.get());
}

[[noreturn]] void wrong_type(const char* wanted, std::uint32_t oid, std::size_t col) {
  throw bad_value(fmt::format("column {} is no {}: it has type oid {}", col, wanted, oid));
}

wall_time from_pg_time(std::int64_t us) {
  if (us > std::numeric_limits<std::int64_t>::max() - pg_epoch_us) return wall_time::max();
  if (us == std::numeric_limits<std::int64_t>::min()) return wall_time::min();
  return from_micros(us + pg_epoch_us);
}

std::int64_t int_of(std::string_view bytes) {
  switch (bytes.size()) {
  case 2:
    return take_int<std::int16_t>(bytes);
  case 4:
    return take_int<std::int32_t>(bytes);
  case 8:
    return take_int<std::int64_t>(bytes);
  default:
    throw bad_value("not the size of an integer");
  }
}

uuid uuid_of(std::string_view bytes) {
  uuid out;
  if (bytes.size() != out.bytes.size()) throw bad_value("not the size of a uuid");
  std::memcpy(out.bytes.data(), bytes.data(), out.bytes.size());
  return out;
}

/// Calls take(bytes) for every element of a one-dimensional array.
template <class Take>
void each_element(std::string_view bytes, Take take) {
  if (bytes.size() < 12) throw bad_value("an array is cut short");
  auto dimensions = take_int<std::int32_t>(bytes);
  if (dimensions == 0) return;
  if (dimensions != 1 || bytes.size() < 20) throw bad_value("not an array of one dimension");
  auto count = take_int<std::int32_t>(bytes.substr(12));
  bytes.remove_prefix(20);
  for (std::int32_t i = 0; i < count; ++i) {
    if (bytes.size() < 4) throw bad_value("an array is cut short");
    auto length = take_int<std::int32_t>(bytes);
    bytes.remove_prefix(4);
    if (length < 0) throw bad_value("NULL in an array");
    if (bytes.size() < static_cast<std::size_t>(length)) throw bad_value("an array is cut short");
    take(bytes.substr(0, static_cast<std::size_t>(length)));
    bytes.remove_prefix(static_cast<std::size_t>(length));
  }
}

} // namespace

rows row_source::make(pg_result result, expect kept) {
  rows out;
  // PQcmdTuples() only reads; its parameter is not const for historical reasons.
  out.affected_ = std::strtoll(PQcmdTuples(result.get()), nullptr, 10);
  if (kept == expect::none) return out;
  out.size_ = static_cast<std::size_t>(PQntuples(result.get()));
  out.held_ = std::shared_ptr<const void>{
    result.release(), [](const void* r) { PQclear(static_cast<PGresult*>(const_cast<void*>(r))); }};
  return out;
}

std::size_t rows::columns() const noexcept {
  return held_ ? static_cast<std::size_t>(PQnfields(pg(held_))) : 0;
}

std::uint32_t rows::oid_of(std::size_t col) const {
  if (col >= columns()) throw bad_value(fmt::format("there is no column {}", col));
  return PQftype(pg(held_), static_cast<int>(col));
}

bool rows::is_null(std::size_t row, std::size_t col) const {
  if (row >= size_ || col >= columns())
    throw bad_value(fmt::format("there is no row {} with a column {}", row, col));
  return PQgetisnull(pg(held_), static_cast<int>(row), static_cast<int>(col)) != 0;
}

std::string_view rows::bytes_of(std::size_t row, std::size_t col) const {
  if (is_null(row, col)) throw bad_value(fmt::format("column {} is NULL", col));
  auto r = static_cast<int>(row);
  auto c = static_cast<int>(col);
  return {PQgetvalue(pg(held_), r, c), static_cast<std::size_t>(PQgetlength(pg(held_), r, c))};
}

uuid rows::get_uuid(std::size_t row, std::size_t col) const {
  auto bytes = bytes_of(row, col);
  if (oid_of(col) != oid::uuid) wrong_type("uuid", oid_of(col), col);
  return uuid_of(bytes);
}

std::int64_t rows::get_int(std::size_t row, std::size_t col) const {
  auto bytes = bytes_of(row, col);
  auto type = oid_of(col);
  if (type != oid::int2 && type != oid::int4 && type != oid::int8) wrong_type("integer", type, col);
  return int_of(bytes);
}

double rows::get_double(std::size_t row, std::size_t col) const {
  auto bytes = bytes_of(row, col);
  auto type = oid_of(col);
  if (type == oid::float4) return std::bit_cast<float>(take_int<std::int32_t>(bytes));
  if (type == oid::float8) return std::bit_cast<double>(take_int<std::int64_t>(bytes));
  wrong_type("float", type, col);
}

std::string_view rows::get_text(std::size_t row, std::size_t col) const {
  auto bytes = bytes_of(row, col);
  switch (auto type = oid_of(col)) {
  case oid::text:
  case oid::varchar:
  case oid::bpchar:
  case oid::name:
  case oid::unknown:
  case oid::json:
    return bytes;
  case oid::jsonb:
    return bytes.substr(1); // the format's version
  default:
    wrong_type("text", type, col);
  }
}

std::string_view rows::get_bytes(std::size_t row, std::size_t col) const {
  auto bytes = bytes_of(row, col);
  if (oid_of(col) != oid::byte_array) wrong_type("bytea", oid_of(col), col);
  return bytes;
}

bool rows::get_bool(std::size_t row, std::size_t col) const {
  auto bytes = bytes_of(row, col);
  if (oid_of(col) != oid::boolean) wrong_type("bool", oid_of(col), col);
  return bytes[0] != 0;
}

wall_time rows::get_time(std::size_t row, std::size_t col) const {
  auto bytes = bytes_of(row, col);
  if (oid_of(col) != oid::timestamptz) wrong_type("timestamptz", oid_of(col), col);
  return from_pg_time(take_int<std::int64_t>(bytes));
}

std::optional<uuid> rows::maybe_uuid(std::size_t row, std::size_t col) const {
  if (is_null(row, col)) return std::nullopt;
  return get_uuid(row, col);
}
std::optional<std::int64_t> rows::maybe_int(std::size_t row, std::size_t col) const {
  if (is_null(row, col)) return std::nullopt;
  return get_int(row, col);
}
std::optional<std::string_view> rows::maybe_text(std::size_t row, std::size_t col) const {
  if (is_null(row, col)) return std::nullopt;
  return get_text(row, col);
}
std::optional<std::string_view> rows::maybe_bytes(std::size_t row, std::size_t col) const {
  if (is_null(row, col)) return std::nullopt;
  return get_bytes(row, col);
}
std::optional<bool> rows::maybe_bool(std::size_t row, std::size_t col) const {
  if (is_null(row, col)) return std::nullopt;
  return get_bool(row, col);
}
std::optional<wall_time> rows::maybe_time(std::size_t row, std::size_t col) const {
  if (is_null(row, col)) return std::nullopt;
  return get_time(row, col);
}

std::vector<uuid> rows::get_uuids(std::size_t row, std::size_t col) const {
  auto bytes = bytes_of(row, col);
  if (oid_of(col) != oid::uuid_array) wrong_type("uuid[]", oid_of(col), col);
  std::vector<uuid> out;
  each_element(bytes, [&out](std::string_view element) { out.push_back(uuid_of(element)); });
  return out;
}

std::vector<std::int64_t> rows::get_ints(std::size_t row, std::size_t col) const {
  auto bytes = bytes_of(row, col);
  auto type = oid_of(col);
  if (type != oid::int2_array && type != oid::int4_array && type != oid::int8_array)
    wrong_type("array of integers", type, col);
  std::vector<std::int64_t> out;
  each_element(bytes, [&out](std::string_view element) { out.push_back(int_of(element)); });
  return out;
}

std::vector<std::string_view> rows::get_texts(std::size_t row, std::size_t col) const {
  auto bytes = bytes_of(row, col);
  auto type = oid_of(col);
  if (type != oid::text_array && type != oid::varchar_array) wrong_type("text[]", type, col);
  std::vector<std::string_view> out;
  each_element(bytes, [&out](std::string_view element) { out.push_back(element); });
  return out;
}

} // namespace recado::store
