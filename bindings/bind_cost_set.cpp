#include "domain/cost_set.hpp"

#include "bindings/module.hpp"
#include "bindings/record.hpp"

namespace poolcast::bindings {

void bind_cost_set(py::module_& module) {
  bind_enum<JoinRateMeaning>(module, "JoinRateMeaning", "What the documented \"10 per second\" counts.");
  bind_record<Parameter<Seconds>>(module, "SecondsParameter", "A duration of the model, its interval and where it came from.");
  bind_record<Parameter<Rate>>(module, "RateParameter", "A rate of the model, its interval and where it came from.");
  bind_record<Parameter<Count>>(module, "CountParameter", "A number of the model, its interval and where it came from.");
  bind_record<Parameter<Bytes>>(module, "BytesParameter", "A size of the model, its interval and where it came from.");
  bind_record<Parameter<Bandwidth>>(module, "BandwidthParameter", "A speed of the model, its interval and where it came from.");
  bind_record<CostSet>(module, "CostSet", "What each operation costs: the numbers of the model that are not documented facts.");
}

}  // namespace poolcast::bindings
