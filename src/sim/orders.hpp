#pragma once

#include "sim/fault_kinds.hpp"

namespace starling::sim {

/// What an operator asks for in the middle of it all: changes of the ring, several at once, of nodes that are well or
/// not. Each is asked of some node, once or twice, and whatever that answers, nobody takes back. The
/// cluster is to finish each change, or to say what it waits for.
Fault join(const Draw& draw);
Fault leave(const Draw& draw);
Fault remove(const Draw& draw);
Fault replace(const Draw& draw);
Fault abort_change(const Draw& draw);
/// Something goes wrong as soon as the first node goes by a newer ring, for a moment or for long: between
/// two stages of a change there is hardly time for anything else to hit.
Fault ambush(const Draw& draw);

}  // namespace starling::sim
