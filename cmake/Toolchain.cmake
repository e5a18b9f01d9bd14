# Compiler settings that every target of this repository shares.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

set(RECADO_SANITIZE "" CACHE STRING "comma separated: address,undefined or thread; empty = none")
option(RECADO_FAULT_POINTS "compile the named fault points in (chaos builds only)" OFF)
option(RECADO_FUZZ "build the libFuzzer targets (needs clang)" OFF)
option(RECADO_LTO "optimize across files when programs are linked" OFF)
set(RECADO_PROFILE "" CACHE STRING "train: programs that write down what they do; use: optimized for what was written down")

find_program(CCACHE ccache)
if(CCACHE)
  # Sloppiness lets objects with precompiled headers be reused; base directory and no hash of the
  # build folder let a second checkout, or another build folder, reuse what the first one compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# Asio 1.74 uses std::exchange without including <utility>.
add_compile_options(-include utility -fno-strict-aliasing)
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wno-invalid-pch)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-fpch-preprocess)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Asio 1.74 looks for the coroutines of the technical specification; clang 16 has those of C++20.
  add_compile_definitions(BOOST_ASIO_HAS_CO_AWAIT=1 BOOST_ASIO_HAS_STD_COROUTINE=1)
  add_compile_options(-Wno-unknown-warning-option)
endif()
add_compile_definitions(BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)

# Both phases of a profile share a build folder: each object finds its own counts beside it.
if(RECADO_PROFILE STREQUAL "train")
  add_compile_options(-fprofile-generate -fprofile-update=atomic)
  add_link_options(-fprofile-generate)
elseif(RECADO_LTO)
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
  add_link_options(-Wno-stringop-overflow) # a false alarm about fmt 9.1, once it is inlined
endif()
if(RECADO_PROFILE STREQUAL "use")
  # What the training did not reach is optimized as usual, not for size.
  add_compile_options(-fprofile-use -fprofile-partial-training -fprofile-correction
                      -Wno-missing-profile -Wno-error=coverage-mismatch)
  add_link_options(-fprofile-use)
endif()

if(RECADO_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(RECADO_SANITIZE)
  # CAF's headers form a reference from a null pointer on purpose; -fno-sanitize=null lets them.
  add_compile_options(-fsanitize=${RECADO_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${RECADO_SANITIZE})
  if(RECADO_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize=null)
    add_link_options(-fno-sanitize=null)
  endif()
endif()
