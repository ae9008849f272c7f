#include "sim/program/program.hpp"
#include "sim/run.hpp"

int main(int argc, char** argv) {
  return poolcast::sim::run_program(argc, argv, {poolcast::sim::run, poolcast::sim::not_modelled});
}
