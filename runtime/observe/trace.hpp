#pragma once
/// W3C Trace Context (https://www.w3.org/TR/trace-context/): who caused what, across processes.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace recado::observe {

struct trace_context {
  std::array<std::uint8_t, 16> trace_id{};
  std::array<std::uint8_t, 8> span_id{};
  std::uint8_t flags = 1; ///< bit 0: sampled

  /// A new trace with random ids.
  static trace_context start();
  /// `traceparent`; nullopt if it is malformed, has an all-zero id, or the version ff. Of a version
  /// we do not know the first four fields count.
  static std::optional<trace_context> parse(std::string_view traceparent);

  /// The same trace, a new span: what is sent on.
  trace_context child() const;
  /// 00-<32 hex>-<16 hex>-<2 hex>; of the flags only those that version 00 knows.
  std::string traceparent() const;
  std::string trace_id_text() const; ///< 32 hex digits
  std::string span_id_text() const;  ///< 16 hex digits

  bool operator==(const trace_context&) const = default;
};

/// `tracestate` as it may be passed on: at most 32 members and 512 bytes, the rightmost dropped.
std::string bounded_tracestate(std::string_view tracestate);

} // namespace recado::observe
