/// The entry point of every suite; BOOST_TEST_MODULE is its name, given by recado_test().
#include <boost/test/unit_test.hpp>
