#pragma once

#include <roaring/roaring.hh>

namespace starling::causal {

/// A compressed set of 32-bit integers. The class moved into a namespace after CRoaring 0.2.
#ifdef STARLING_ROARING_GLOBAL
using Bitmap = ::Roaring;
#else
using Bitmap = ::roaring::Roaring;
#endif

}  // namespace starling::causal
