#pragma once
/// The cluster, written as the contract's shape.
#include "actors/service/views.hpp"

#include <string>

namespace recado::shapes {

std::string cluster_body(const cluster_record& what);
std::string node_body(const cluster_record::node& what);
std::string partition_body(const cluster_record::partition& what);

} // namespace recado::shapes
