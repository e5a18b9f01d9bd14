# recado_embed(TARGET <target> NAME <name> DIR <folder> [PATTERNS *.sql ...])
#   Puts the files of a folder (recursively, sorted by name) into <target>:
#     #include "embedded/<name>.hpp"
#     std::span<const recado::embedded_file> recado::embedded::<name>();
# recado_embed_sql(<target> <folder>): the same for *.sql, as embedded::sql().
include_guard(GLOBAL)

function(recado_embed)
  cmake_parse_arguments(ARG "" "TARGET;NAME;DIR" "PATTERNS" ${ARGN})
  if(NOT ARG_PATTERNS)
    set(ARG_PATTERNS *)
  endif()
  get_filename_component(dir "${ARG_DIR}" ABSOLUTE)
  list(TRANSFORM ARG_PATTERNS PREPEND "${dir}/" OUTPUT_VARIABLE globs)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS LIST_DIRECTORIES false RELATIVE "${dir}" ${globs})
  list(SORT files)

  # .incbin takes any bytes of any size, and the compiler never parses them.
  set(externs "")
  set(entries "")
  set(depends "")
  set(i 0)
  foreach(file IN LISTS files)
    set(symbol "recado_embedded_${ARG_NAME}_${i}")
    string(APPEND externs
      "asm(R\"(.pushsection .rodata\n.global ${symbol}\n.global ${symbol}_end\n"
      "${symbol}:\n.incbin \"${dir}/${file}\"\n${symbol}_end:\n.byte 0\n.popsection)\");\n"
      "extern \"C\" const char ${symbol}[];\nextern \"C\" const char ${symbol}_end[];\n")
    string(APPEND entries "    entry(\"${file}\", ${symbol}, ${symbol}_end),\n")
    list(APPEND depends "${dir}/${file}")
    math(EXPR i "${i} + 1")
  endforeach()

  set(out "${PROJECT_BINARY_DIR}/generated")
  file(CONFIGURE OUTPUT "${out}/embedded/${ARG_NAME}.hpp" @ONLY CONTENT
"#pragma once
#include \"cmake/embedded_file.hpp\"

#include <span>

namespace recado::embedded {
/// The files of ${ARG_NAME}, sorted by name.
std::span<const embedded_file> @ARG_NAME@();
} // namespace recado::embedded
")
  file(CONFIGURE OUTPUT "${out}/embedded/${ARG_NAME}.cpp" @ONLY CONTENT
"#include \"embedded/@ARG_NAME@.hpp\"

#include <array>

@externs@
namespace recado::embedded {
[[maybe_unused]] static embedded_file entry(std::string_view name, const char* begin, const char* end) {
  return {name, {begin, static_cast<std::size_t>(end - begin)}};
}
std::span<const embedded_file> @ARG_NAME@() {
  static const std::array<embedded_file, @i@> files{
@entries@  };
  return files;
}
} // namespace recado::embedded
")
  set_source_files_properties("${out}/embedded/${ARG_NAME}.cpp" PROPERTIES OBJECT_DEPENDS "${depends}")
  target_sources(${ARG_TARGET} PRIVATE "${out}/embedded/${ARG_NAME}.cpp")
  target_include_directories(${ARG_TARGET} PUBLIC "${out}" "${PROJECT_SOURCE_DIR}")
endfunction()

function(recado_embed_sql target dir)
  recado_embed(TARGET ${target} NAME sql DIR ${dir} PATTERNS *.sql)
endfunction()
