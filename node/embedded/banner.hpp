#pragma once
/// What `up` says once everything runs.
#include "node/embedded/info_file.hpp"

#include <string>

namespace recado::embedded {

std::string banner(const running_info& info, const std::filesystem::path& data);

} // namespace recado::embedded
