#pragma once
/// Reads an object against its schema and collects everything that is wrong with it.
#include "gateway/json/value.hpp"
#include "schemas/time.hpp"
#include "schemas/uuid.hpp"

#include <initializer_list>
#include <limits>

namespace recado::json {

/// What is wrong with one request.
class complaints {
public:
  /// The value is not allowed.
  void wrong(std::string pointer, std::string detail);
  /// The value is allowed, but what it asks for has not been built.
  void not_yet(std::string pointer, std::string detail);
  void add(std::vector<field_error> flaws);

  bool any() const { return !wrong_.empty() || !not_yet_.empty(); }
  /// invalid_request if something is wrong, else not_available_yet; with all pointers.
  problem as_problem() const;

private:
  std::vector<field_error> wrong_, not_yet_;
};

/// May the member be null, and what does that mean?
enum class nullable : std::uint8_t { no, as_absent };

struct length {
  std::size_t min = 0; ///< bytes
  std::size_t max = std::numeric_limits<std::size_t>::max();
};

/// Every reader answers nullopt when the member is absent or wrong; wrong ones are complained
/// about.
class fields {
public:
  /// A value that is not an object is complained about once; then every member is absent.
  fields(const value& what, std::string pointer, complaints& into);
  fields(const fields&) = delete;
  fields& operator=(const fields&) = delete;

  /// The member, if it is there; marks it as known.
  const value* find(std::string_view name, nullable null = nullable::no);
  bool has(std::string_view name) const;
  /// Complains about a member that must be there.
  void require(std::string_view name);

  std::optional<std::string> text(std::string_view name, length allowed,
                                  nullable null = nullable::no);
  std::optional<bool> boolean(std::string_view name);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t min, std::int64_t max);
  std::optional<uuid> id(std::string_view name);
  std::optional<user_id> user(std::string_view name, nullable null = nullable::no);
  std::optional<wall_time> time(std::string_view name, nullable null = nullable::no);
  /// The member's text as JSON if it is an object of at most so many bytes.
  std::optional<std::string> object(std::string_view name, std::size_t bytes_max);
  /// One of these words; its index.
  std::optional<std::size_t> word(std::string_view name,
                                  std::initializer_list<std::string_view> words);
  const value::array* array(std::string_view name, std::size_t min, std::size_t max,
                            nullable null = nullable::no);

  void wrong(std::string_view name, std::string detail);
  void not_yet(std::string_view name, std::string detail);
  std::string pointer(std::string_view name) const { return pointer_to(pointer_, name); }

  /// Complains about the members that nobody asked for.
  void finish();

private:
  const value::object* members_;
  std::string pointer_;
  complaints& into_;
  std::vector<std::string_view> known_;
};

/// A user's id as a value on its own, such as an item of an array.
std::optional<user_id> read_user(const value& what, const std::string& pointer, complaints& into);

} // namespace recado::json
