// Asio's and Beast's heavy parts, compiled once for the simulator, which shares no object with the
// daemon.

#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
