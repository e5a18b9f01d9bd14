#pragma once
/// Files that are served as they are; embedded by embed.cmake.
#include <string_view>

namespace recado::rest::assets {

extern const std::string_view openapi_json, asyncapi_json, docs_html, docs_css, docs_js;

} // namespace recado::rest::assets
