#pragma once
/// Finds the route of a method and a path.
#include "gateway/rest/routes.hpp"

#include <map>

namespace recado::rest {

class router {
public:
  explicit router(std::span<const route> routes);

  struct match {
    const route* found = nullptr; ///< null with `allow`: 405; null without: 404
    std::vector<std::string> params;
    std::string allow; ///< the methods that the path takes
  };
  /// `path` is still percent-encoded. HEAD is answered by GET's route.
  match find(std::string_view method, std::string_view path) const;

private:
  struct entry {
    const route* where;
    std::vector<std::string_view> segments;
  };
  std::multimap<std::size_t, entry> by_length_; ///< number of segments; literal ones first
};

} // namespace recado::rest
