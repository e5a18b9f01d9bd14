/// The entry point of every suite.
#define BOOST_TEST_MODULE recado
#include <boost/test/unit_test.hpp>
