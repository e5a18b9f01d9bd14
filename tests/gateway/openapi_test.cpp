#include "gateway/rest/assets.hpp"
#include "gateway/rest/routes.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

using namespace recado;
using object = nlohmann::json;

namespace {

using operation = std::pair<std::string, std::string>; // method and path

std::set<operation> described(const object& api) {
  static const std::set<std::string> methods{"get",   "put",  "post",   "delete",
                                             "patch", "head", "options"};
  std::set<operation> out;
  for (const auto& [path, item] : api.at("paths").items())
    for (const auto& [method, unused] : item.items())
      if (methods.contains(method)) {
        auto name = method;
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return std::toupper(c); });
        out.emplace(name, path);
      }
  return out;
}

void each_ref(const object& at, const std::function<void(const std::string&)>& f) {
  if (at.is_object() && at.contains("$ref") && at.at("$ref").is_string()) f(at.at("$ref"));
  if (at.is_structured())
    for (const auto& below : at)
      each_ref(below, f);
}

} // namespace

BOOST_AUTO_TEST_SUITE(the_api_description)

BOOST_AUTO_TEST_CASE(it_names_every_route_and_no_other) {
  auto api = object::parse(rest::assets::openapi_json);
  std::set<operation> routes;
  for (const auto& each : rest::all_routes())
    routes.emplace(each.method, each.path);
  auto names = described(api);
  for (const auto& each : routes)
    BOOST_TEST(names.contains(each), each.first << ' ' << each.second << " is not described");
  for (const auto& each : names)
    BOOST_TEST(routes.contains(each), each.first << ' ' << each.second << " has no route");
}

BOOST_AUTO_TEST_CASE(every_reference_leads_somewhere) {
  auto api = object::parse(rest::assets::openapi_json);
  each_ref(api, [&](const std::string& ref) {
    BOOST_REQUIRE_EQUAL(ref.substr(0, 2), "#/");
    BOOST_TEST(api.contains(object::json_pointer(ref.substr(1))), ref);
  });
}

BOOST_AUTO_TEST_CASE(operation_ids_are_unique_and_every_path_parameter_is_declared) {
  auto api = object::parse(rest::assets::openapi_json);
  std::set<std::string> ids;
  for (const auto& [path, item] : api.at("paths").items()) {
    auto braces = static_cast<std::size_t>(std::count(path.begin(), path.end(), '{'));
    BOOST_TEST(item.value("parameters", object::array()).size() == braces, path);
    for (const auto& each : item)
      if (each.is_object()) BOOST_TEST(ids.insert(each.at("operationId")).second, path);
  }
}

BOOST_AUTO_TEST_SUITE_END()
