package dev.keelson.learn.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

class SignedRankGoldenTest {

    @Test
    void pValuesAreThoseOfScipy() {
        for (JsonNode row : GoldenLines.read("signed_rank.jsonl")) {
            assertThat(SignedRank.pValueGreater(GoldenLines.doubles(row.get("differences"))))
                    .as("%s", row.get("differences"))
                    .isCloseTo(row.get("p").doubleValue(), within(1e-9));
        }
    }
}
