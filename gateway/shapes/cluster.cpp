#include "gateway/shapes/cluster.hpp"

#include "gateway/json/writer.hpp"
#include "schemas/partition.hpp"

namespace recado::shapes {
namespace {

using node_state = cluster_record::node_state;
using partition_state = cluster_record::partition_state;

std::string_view to_string(node_state value) {
  switch (value) {
  case node_state::live:
    return "live";
  case node_state::draining:
    return "draining";
  case node_state::drained:
    return "drained";
  case node_state::dead:
    break;
  }
  return "dead";
}

std::string_view to_string(partition_state value) {
  switch (value) {
  case partition_state::owned:
    return "owned";
  case partition_state::moving:
    return "moving";
  case partition_state::quarantined:
    return "quarantined";
  case partition_state::free:
    break;
  }
  return "free";
}

void put_name(json::writer& to, std::string_view key, const std::string& name) {
  name.empty() ? to.field_null(key) : to.field(key, name);
}

void append(json::writer& to, const cluster_record::node& what) {
  to.begin_object()
    .field("id", what.id)
    .field("incarnation", what.incarnation)
    .field("state", to_string(what.state))
    .field("url", what.url)
    .field("version", what.version)
    .field("partitions", what.partitions)
    .field("heartbeat_age_ms", what.heartbeat_age_ms)
    .end_object();
}

void append(json::writer& to, const cluster_record::partition& what) {
  to.begin_object().field("id", what.id);
  put_name(to, "owner", what.owner);
  to.field("epoch", what.epoch).field("state", to_string(what.state)).key("lag");
  if (what.lag) {
    to.begin_object();
    for (std::size_t i = 0; i < what.lag->size(); ++i)
      to.field(recado::to_string(static_cast<lane>(i)), (*what.lag)[i]);
    to.end_object();
  } else {
    to.null();
  }
  to.field("inbox", what.inbox).end_object();
}

void append_move(json::writer& to, const cluster_record::partition& what) {
  to.begin_object().field("partition", what.id);
  put_name(to, "from", what.from);
  to.field("to", what.target).field("since", what.since).end_object();
}

} // namespace

std::string cluster_body(const cluster_record& what) {
  std::string out;
  json::writer to{out};
  to.begin_object().key("nodes").begin_array();
  for (const auto& node : what.nodes)
    append(to, node);
  to.end_array().key("partitions").begin_array();
  for (const auto& partition : what.partitions)
    append(to, partition);
  to.end_array().key("moves").begin_array();
  for (const auto& partition : what.partitions)
    if (partition.state == partition_state::moving) append_move(to, partition);
  to.end_array().end_object();
  return out;
}

std::string node_body(const cluster_record::node& what) {
  std::string out;
  json::writer to{out};
  append(to, what);
  return out;
}

std::string partition_body(const cluster_record::partition& what) {
  std::string out;
  json::writer to{out};
  append(to, what);
  return out;
}

} // namespace recado::shapes
