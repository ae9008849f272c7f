#include "bindings/module.hpp"
#include "bindings/record.hpp"
#include "domain/workload.hpp"

namespace poolcast::bindings {

void bind_workload(py::module_& module) {
  bind_enum<PostRate::Basis>(module, "PostRateBasis", "What a post rate counts.");
  bind_record<PostRate>(module, "PostRate", "How many posts a room class receives.");
  bind_record<RoomClass>(module, "RoomClass", "One size class of rooms.");
  bind_record<DayPoint>(module, "DayPoint", "A moment of the day, and what users do then.");
  bind_record<ClientBehaviour>(module, "ClientBehaviour", "What a client does when its connection is lost or it is refused.");
  bind_record<Workload>(module, "Workload", "What users do: how many there are, which rooms they follow, how often they act.");

  module.def(
      "posts_per_s", [](const Record<Workload>& workload) { return posts_per_s(value_of(workload)); }, py::arg("workload"),
      "posts_per_s(workload: Workload) -> float\n\nPosts per second over all rooms.");
  module.def(
      "deliveries_per_s", [](const Record<Workload>& workload) { return deliveries_per_s(value_of(workload)); },
      py::arg("workload"),
      "deliveries_per_s(workload: Workload) -> float\n\nNotices of posts to endpoints per second, the sender's echo included.");
  module.def(
      "endpoints", [](const Record<Workload>& workload) { return endpoints(value_of(workload)); }, py::arg("workload"),
      "endpoints(workload: Workload) -> float\n\nClients connected at the peak.");
}

}  // namespace poolcast::bindings
