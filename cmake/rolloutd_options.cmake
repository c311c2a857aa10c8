# What every target of the project is compiled with; dependencies come in as SYSTEM and stay free of it.
add_library(rolloutd_options INTERFACE)
target_compile_features(rolloutd_options INTERFACE cxx_std_20)
set_property(TARGET rolloutd_options PROPERTY INTERFACE_POSITION_INDEPENDENT_CODE ON)
target_include_directories(rolloutd_options INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_definitions(rolloutd_options INTERFACE
    _GLIBCXX_ASSERTIONS
    ROLLOUTD_VERSION="${PROJECT_VERSION}"
    # Boost's heavy parts are compiled once, in api/boost_src.cpp, and must be declared so everywhere.
    BOOST_ASIO_SEPARATE_COMPILATION
    BOOST_BEAST_SEPARATE_COMPILATION
    BOOST_ASIO_NO_DEPRECATED
    # Most frames here are too large for what Asio keeps, and its own way to the allocator is slower than ours.
    $<$<CONFIG:Release>:BOOST_ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING>)
target_compile_options(rolloutd_options INTERFACE
    -pthread
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
    -fstack-protector-strong
    # Aggregates here have a default for every member: naming only the others is what they are for.
    $<$<CXX_COMPILER_ID:Clang>:-Wno-missing-designated-field-initializers>
    $<$<CXX_COMPILER_ID:GNU>:-Wno-missing-field-initializers>
    # Of files that are compiled as one, g++ takes a file's own names for everybody's; clang does not.
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:${CMAKE_UNITY_BUILD}>>:-Wno-shadow>
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:${CMAKE_UNITY_BUILD}>>:-Wno-subobject-linkage>
    $<$<BOOL:${ROLLOUTD_WERROR}>:-Werror>)
target_link_options(rolloutd_options INTERFACE -pthread)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
    # The same bytes wherever it is built, and nothing about where that was. ccache may be told to name files by
    # their way from the build folder, hence the third.
    file(RELATIVE_PATH up "${PROJECT_BINARY_DIR}" "${PROJECT_SOURCE_DIR}")
    string(REGEX REPLACE "/$" "" up "${up}")
    target_compile_options(rolloutd_options INTERFACE
        "-ffile-prefix-map=${PROJECT_SOURCE_DIR}=." "-ffile-prefix-map=${PROJECT_BINARY_DIR}=build"
        "-ffile-prefix-map=${up}=.")
    # What the loader has resolved cannot be changed afterwards.
    target_link_options(rolloutd_options INTERFACE LINKER:-z,relro,-z,now LINKER:--build-id=sha1)
endif()

if(ROLLOUTD_SANITIZE)
    target_compile_definitions(rolloutd_options INTERFACE ROLLOUTD_SANITIZED)
    target_compile_options(rolloutd_options INTERFACE
        -fsanitize=${ROLLOUTD_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(rolloutd_options INTERFACE -fsanitize=${ROLLOUTD_SANITIZE})
endif()
if(ROLLOUTD_FUZZERS)
    # Every layer reports its branches to the fuzzer, not only the fuzzer's own file.
    target_compile_options(rolloutd_options INTERFACE -fsanitize=fuzzer-no-link)
    add_custom_target(rolloutd_fuzzers)
endif()

# A static library of one layer: rolloutd_layer(NAME sources...). It sees the other layers only by what it links.
function(rolloutd_layer name)
    add_library(${name} STATIC ${ARGN})
    target_link_libraries(${name} PUBLIC rolloutd_options)
endfunction()

# A GoogleTest program whose every test ctest knows by name: rolloutd_test(NAME LIBS ... SOURCES ...).
function(rolloutd_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LIBS;SOURCES")
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE ${arg_LIBS} GTest::gtest GTest::gmock GTest::gtest_main)
    if(ROLLOUTD_UNITY_TESTS)
        set_target_properties(${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 30)
    endif()
    set(longest 120)
    if(ROLLOUTD_SANITIZE)
        set(longest 400)
    endif()
    gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT ${longest})
endfunction()

# A libFuzzer program, NAME ending in _fuzz: rolloutd_fuzzer(NAME LIBS ... SOURCES ...). Its seeds are in
# tests/fuzz/corpus/NAME; scripts/fuzz builds and runs all of them. Elsewhere than in the fuzz preset it is nothing.
function(rolloutd_fuzzer name)
    if(NOT ROLLOUTD_FUZZERS)
        return()
    endif()
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LIBS;SOURCES")
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE ${arg_LIBS})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_dependencies(rolloutd_fuzzers ${name})
endfunction()
