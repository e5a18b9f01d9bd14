# Debian 12 packages (see packages.txt) as imported targets.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(CURL 7.88 REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(CLI11 REQUIRED)
find_package(date REQUIRED) # date::date-tz: the time zones of the system
# 1.74 exactly: other versions cannot be installed beside msgpack-cxx.
find_package(Boost 1.74 EXACT REQUIRED COMPONENTS unit_test_framework)
find_package(msgpack CONFIG REQUIRED HINTS /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/cmake/msgpackc-cxx)
find_library(MIMALLOC_LIB mimalloc REQUIRED)
# cnats-config.cmake names a static library that Debian does not ship.
pkg_check_modules(NATS REQUIRED IMPORTED_TARGET libnats)

# libcaf-dev ships neither a CMake configuration nor a .pc file.
find_library(CAF_CORE_LIB caf_core REQUIRED)
find_path(CAF_INCLUDE_DIR caf/all.hpp REQUIRED)
add_library(caf_core UNKNOWN IMPORTED)
set_target_properties(caf_core PROPERTIES IMPORTED_LOCATION ${CAF_CORE_LIB}
                                          INTERFACE_INCLUDE_DIRECTORIES ${CAF_INCLUDE_DIR})
add_library(caf::core ALIAS caf_core)
