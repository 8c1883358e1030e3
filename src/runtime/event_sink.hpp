#pragma once

#include "port/event.hpp"

namespace starling::runtime {

/// Where everything that happens goes: the driver, which hands it to the node.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void handle(port::Event event) = 0;
};

}  // namespace starling::runtime
