#pragma once
/// Values on their way to PostgreSQL (params, array_of) and back (rows), in its binary format.
#include "schemas/time.hpp"
#include "schemas/uuid.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace recado::store {

/// Text that PostgreSQL must not take for plain text.
struct bytea {
  std::string_view value;
};
struct json {
  std::string_view value;
};
struct jsonb {
  std::string_view value;
};

/// The types with an array form: uuid, int2, int4, int8, text, bytea, bool, timestamptz, json,
/// jsonb. One encoder per type, in value.cpp.
template <class T>
struct pg_type;

#define RECADO_STORE_PG_TYPE(type)                                                                 \
  template <>                                                                                      \
  struct pg_type<type> {                                                                           \
    static const std::uint32_t oid, array_oid;                                                     \
    static void append(std::string& out, const type& value);                                       \
  }
RECADO_STORE_PG_TYPE(uuid);
RECADO_STORE_PG_TYPE(std::int16_t);
RECADO_STORE_PG_TYPE(std::int32_t);
RECADO_STORE_PG_TYPE(std::int64_t);
RECADO_STORE_PG_TYPE(std::string_view);
RECADO_STORE_PG_TYPE(bytea);
RECADO_STORE_PG_TYPE(bool);
RECADO_STORE_PG_TYPE(wall_time);
RECADO_STORE_PG_TYPE(json);
RECADO_STORE_PG_TYPE(jsonb);
#undef RECADO_STORE_PG_TYPE

/// The bytes of an array while it grows.
class array_bytes {
public:
  std::size_t size() const noexcept { return count_; }
  bool empty() const noexcept { return count_ == 0; }

protected:
  std::size_t begin_element();
  void end_element(std::size_t begun);
  void null_element();
  std::string encoded(std::uint32_t element_oid) const;

  std::string elements_;
  std::int32_t count_ = 0;
  bool has_null_ = false;
};

/// One column of `select unnest($1::uuid[]), unnest($2::text[]), …`: array_of<uuid>,
/// array_of<std::string_view>.
template <class T>
class array_of : public array_bytes {
public:
  /// Adds a value, or NULL for std::nullopt. The bytes are copied.
  array_of& push(const std::optional<T>& value) {
    if (!value) {
      null_element();
      return *this;
    }
    auto begun = begin_element();
    pg_type<T>::append(elements_, *value);
    end_element(begun);
    return *this;
  }
  template <class Tag>
  array_of& push(const id_of<Tag>& id) {
    return push(std::optional<T>{id.value});
  }

private:
  friend class params;
};

using uuid_array = array_of<uuid>;
using int2_array = array_of<std::int16_t>;
using int4_array = array_of<std::int32_t>;
using int8_array = array_of<std::int64_t>;
using text_array = array_of<std::string_view>;
using bytea_array = array_of<bytea>;
using bool_array = array_of<bool>;
using time_array = array_of<wall_time>;
using json_array = array_of<json>;
using jsonb_array = array_of<jsonb>;

/// The values of $1, $2, … in order; every one may be std::nullopt (NULL). The bytes are copied.
///
///   params{}.add_uuid(id).add_text("hello").add_int8(std::nullopt).add_array(ids)
class params {
public:
  params& add_uuid(const std::optional<uuid>& v) { return add(v); }
  template <class Tag>
  params& add_uuid(const id_of<Tag>& v) {
    return add(std::optional<uuid>{v.value});
  }
  params& add_int2(std::optional<std::int16_t> v) { return add(v); }
  params& add_int4(std::optional<std::int32_t> v) { return add(v); }
  params& add_int8(std::optional<std::int64_t> v) { return add(v); }
  params& add_text(std::optional<std::string_view> v) { return add(v); }
  params& add_bytes(std::optional<std::string_view> v) { return add(wrapped<bytea>(v)); }
  params& add_bool(std::optional<bool> v) { return add(v); }
  params& add_time(std::optional<wall_time> v) { return add(v); }
  params& add_json(std::optional<std::string_view> v) { return add(wrapped<json>(v)); }
  params& add_jsonb(std::optional<std::string_view> v) { return add(wrapped<jsonb>(v)); }
  template <class T>
  params& add_array(const array_of<T>& v) {
    return add_encoded(pg_type<T>::array_oid, v.encoded(pg_type<T>::oid));
  }

  /// One encoded value; its bytes start at bytes().data() + offset. A NULL has length -1.
  struct slot {
    std::uint32_t oid;
    std::size_t offset;
    std::int32_t length;
  };
  const std::vector<slot>& slots() const noexcept { return slots_; }
  const std::string& bytes() const noexcept { return bytes_; }
  std::size_t size() const noexcept { return slots_.size(); }

private:
  template <class T>
  static std::optional<T> wrapped(std::optional<std::string_view> v) {
    if (v) return T{*v};
    return std::nullopt;
  }
  template <class T>
  params& add(const std::optional<T>& v) {
    auto offset = bytes_.size();
    if (v) pg_type<T>::append(bytes_, *v);
    return close(pg_type<T>::oid, offset, v.has_value());
  }
  params& add_encoded(std::uint32_t oid, std::string_view encoded);
  params& close(std::uint32_t oid, std::size_t offset, bool present);

  std::string bytes_;
  std::vector<slot> slots_;
};

/// A getter asked for another type than the column has, or for the value of a NULL: a bug in the
/// caller's row codec.
struct bad_value : std::logic_error {
  using std::logic_error::logic_error;
};

/// The result of one statement. Copies share it; views live as long as one of them.
/// Getters throw bad_value; sum(bigint) and other numerics must be cast to int8 in the SQL.
class rows {
public:
  rows() = default;

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  std::size_t columns() const noexcept;
  /// Rows that INSERT, UPDATE, DELETE or SELECT touched.
  std::int64_t affected() const noexcept { return affected_; }

  bool is_null(std::size_t row, std::size_t col) const;
  uuid get_uuid(std::size_t row, std::size_t col) const;
  std::int64_t get_int(std::size_t row, std::size_t col) const; ///< int2, int4, int8
  double get_double(std::size_t row, std::size_t col) const;    ///< float4, float8
  /// text, varchar, name, json, jsonb
  std::string_view get_text(std::size_t row, std::size_t col) const;
  std::string_view get_bytes(std::size_t row, std::size_t col) const;
  bool get_bool(std::size_t row, std::size_t col) const;
  wall_time get_time(std::size_t row, std::size_t col) const;

  std::optional<uuid> maybe_uuid(std::size_t row, std::size_t col) const;
  std::optional<std::int64_t> maybe_int(std::size_t row, std::size_t col) const;
  std::optional<std::string_view> maybe_text(std::size_t row, std::size_t col) const;
  std::optional<std::string_view> maybe_bytes(std::size_t row, std::size_t col) const;
  std::optional<bool> maybe_bool(std::size_t row, std::size_t col) const;
  std::optional<wall_time> maybe_time(std::size_t row, std::size_t col) const;

  /// Arrays without NULL elements (an element that is NULL throws).
  std::vector<uuid> get_uuids(std::size_t row, std::size_t col) const;
  std::vector<std::int64_t> get_ints(std::size_t row, std::size_t col) const;
  std::vector<std::string_view> get_texts(std::size_t row, std::size_t col) const;

private:
  friend class row_source;
  std::string_view bytes_of(std::size_t row, std::size_t col) const;
  std::uint32_t oid_of(std::size_t col) const;

  std::shared_ptr<const void> held_; // the PGresult
  std::size_t size_ = 0;
  std::int64_t affected_ = 0;
};

} // namespace recado::store
