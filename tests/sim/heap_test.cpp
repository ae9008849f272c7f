#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

#include "sim/request_plane.hpp"

namespace poolcast::sim {
namespace {

// Pushes where the list says so and pops elsewhere; the reference is a sorted list.
RC_GTEST_PROP(EventHeap, gives_events_back_in_the_order_of_their_dates, ()) {
  EventHeap heap;
  std::vector<double> reference;
  for (const int step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(-60, 100))) {
    if (step >= 0) {
      heap.push({static_cast<double>(step), 0, 0, 0});
      reference.insert(std::ranges::upper_bound(reference, step), step);
    } else if (!heap.empty()) {
      if (step % 2 == 0) RC_ASSERT(heap.top().at == reference.front());
      RC_ASSERT(heap.pop().at == reference.front());
      reference.erase(reference.begin());
    }
    RC_ASSERT(heap.size() == reference.size());
    RC_ASSERT(heap.empty() == reference.empty());
  }
}

TEST(EventHeap, keeps_what_an_event_carries) {
  EventHeap heap;
  heap.push({2, 7, 8, 9});
  heap.push({1, 4, 5, 6});
  const Event first = heap.pop();
  EXPECT_EQ(first.subject, 4U);
  EXPECT_EQ(first.kind, 5U);
  EXPECT_EQ(first.place, 6U);
  heap.push({3, 1, 1, 1});
  EXPECT_EQ(heap.pop().subject, 7U);
  EXPECT_EQ(heap.pop().at, 3);
  EXPECT_TRUE(heap.empty());
}

}  // namespace
}  // namespace poolcast::sim
