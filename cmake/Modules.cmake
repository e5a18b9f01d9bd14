# recado_library(NAME <target> SOURCES ... LINK ... [PCH header...])
#   A folder is a library. Its LINK line is the architecture: a library of a lower layer may not
#   name one of a higher layer.
# recado_program(NAME <target> SOURCES ... LINK ...)
# recado_test_library, recado_test(NAME <target> SOURCES ... LINK ...)
#   What must be running is told by the suffix of NAME, and becomes the ctest label:
#   _test nothing, _pg_test PostgreSQL, _nats_test NATS, _e2e whole processes.

set(RECADO_LAYERS schemas config runtime cluster channels actors gateway node)

# Numbers the layer of a target: recado_runtime_bus -> 2. cluster and channels are neighbours.
function(recado_layer_of target out)
  set(${out} -1 PARENT_SCOPE)
  string(REGEX MATCH "^recado_([a-z]+)" _ ${target})
  set(layer "${CMAKE_MATCH_1}")
  list(FIND RECADO_LAYERS "${layer}" index)
  set(${out} ${index} PARENT_SCOPE)
endfunction()

function(recado_check_arrows name)
  recado_layer_of(${name} mine)
  foreach(other IN LISTS ARGN)
    recado_layer_of(${other} theirs)
    if(mine GREATER -1 AND theirs GREATER mine)
      message(FATAL_ERROR "${name} must not link ${other}: that arrow points upwards (docs/architecture.md)")
    endif()
  endforeach()
endfunction()

function(recado_library)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;LINK;PCH" ${ARGN})
  recado_check_arrows(${ARG_NAME} ${ARG_LINK})
  add_library(${ARG_NAME} STATIC ${ARG_SOURCES})
  target_include_directories(${ARG_NAME} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${ARG_NAME} PUBLIC ${ARG_LINK} Threads::Threads)
  if(ARG_PCH)
    target_precompile_headers(${ARG_NAME} PRIVATE ${ARG_PCH})
  endif()
endfunction()

# A library that only tests use, without the optimizer.
function(recado_test_library)
  cmake_parse_arguments(ARG "" "NAME" "" ${ARGN})
  recado_library(${ARGN})
  target_compile_options(${ARG_NAME} PRIVATE -O0)
endfunction()

# Compiles the fault points of <target> in, in a chaos build. Only who has some says so: all other
# objects are those of the release build, and come from ccache.
function(recado_fault_points target)
  if(RECADO_FAULT_POINTS)
    target_compile_definitions(${target} PRIVATE RECADO_FAULT_POINTS)
  endif()
endfunction()

function(recado_program)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;LINK" ${ARGN})
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  target_include_directories(${ARG_NAME} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_LINK} Threads::Threads)
endfunction()

add_custom_target(tests_pure)    # nothing running
add_custom_target(tests_all)     # everything that ctest can run

function(recado_test)
  cmake_parse_arguments(ARG "" "NAME;TIMEOUT" "SOURCES;LINK" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  # main.cpp alone defines BOOST_TEST_MODULE, so a suite may have many files; it is compiled once.
  if(NOT TARGET recado_test_main)
    add_library(recado_test_main OBJECT EXCLUDE_FROM_ALL ${PROJECT_SOURCE_DIR}/tests/main.cpp)
    target_compile_definitions(recado_test_main PRIVATE BOOST_TEST_DYN_LINK)
  endif()
  add_executable(${ARG_NAME} EXCLUDE_FROM_ALL ${ARG_SOURCES} $<TARGET_OBJECTS:recado_test_main>)
  target_include_directories(${ARG_NAME} PRIVATE ${PROJECT_SOURCE_DIR})
  # The optimizer would spend half of a build on assertions that run once; what they test is optimized.
  target_compile_options(${ARG_NAME} PRIVATE -O0)
  target_compile_definitions(${ARG_NAME} PRIVATE BOOST_TEST_DYN_LINK
                                                 RECADO_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_LINK} Boost::unit_test_framework Threads::Threads)
  add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME} --log_level=test_suite)
  if(ARG_NAME MATCHES "_e2e$")
    set(label e2e)
  elseif(ARG_NAME MATCHES "_pg_test$")
    set(label pg)
  elseif(ARG_NAME MATCHES "_nats_test$")
    set(label nats)
  else()
    set(label pure)
    add_dependencies(tests_pure ${ARG_NAME})
  endif()
  add_dependencies(tests_all ${ARG_NAME})
  set_tests_properties(${ARG_NAME} PROPERTIES LABELS ${label} TIMEOUT ${ARG_TIMEOUT})
  # Suites that talk to the API write down what it answered, for tests/contract.
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/exchanges)
  set_property(TEST ${ARG_NAME} PROPERTY ENVIRONMENT
               RECADO_EXCHANGES=${CMAKE_BINARY_DIR}/exchanges/${ARG_NAME}.ndjson)
endfunction()
