package jada.cli.examples;

import static org.assertj.core.api.Assertions.assertThat;

import jada.adalora.examples.Printed;
import org.junit.jupiter.api.Test;

class FindPlantedRanksTest {
  @Test
  void table_of_planted_ranks_has_a_row_for_each_way_to_spend_the_budget() {
    assertThat(Printed.by(FindPlantedRanks::main, "100", "1").lines())
        .hasSize(10)
        .anyMatch(line -> line.startsWith("| exact factors | 1 of 1 | 0.00 | "))
        .anyMatch(line -> line.startsWith("| uniform | 0 of 1 | 2.00 | "))
        .anyMatch(line -> line.startsWith("| as planted | 1 of 1 | 0.00 | 0.0"));
  }
}
