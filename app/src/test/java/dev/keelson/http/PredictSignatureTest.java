package dev.keelson.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.frame.ColumnType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PredictSignatureTest {
    private static final PredictSignature MATCHES = new PredictSignature(
            "m",
            3,
            null,
            List.of(
                    new PredictSignature.Column("id", ColumnType.LONG, true, true, false),
                    new PredictSignature.Column("day", ColumnType.DATE, true, true, false),
                    new PredictSignature.Column("odds", ColumnType.DOUBLE, false, true, true),
                    new PredictSignature.Column("more", ColumnType.STRING, false, false, true)),
            List.of("day", "id"),
            "day",
            List.of("won"),
            List.of("part"),
            List.of("yes", "no"));

    @Test
    void anEntityNamesTheValuesOfTheKeysInTheirOrder() {
        assertThat(MATCHES.entity("2020-05-01|7")).isEqualTo(Map.of("day", "2020-05-01", "id", 7L));
        assertThat(MATCHES.entity("7")).isNull();
    }

    @Test
    void valuesAreTheColumnsThatAreRequiredAndNoKeys() {
        assertThat(PredictSignature.names(MATCHES.values())).containsExactly("odds");
        assertThat(PredictSignature.names(MATCHES.asked())).containsExactly("id", "day", "odds");
        assertThat(MATCHES.knows("more") && MATCHES.knows("part")).isTrue();
        assertThat(MATCHES.knows("won")).isFalse();
    }

    @Test
    void theDocumentHoldsEverything() {
        assertThat(PredictSignature.read(MATCHES.toJson())).isEqualTo(MATCHES);
        PredictSignature waiting =
                new PredictSignature("m", null, "No data.", List.of(), List.of(), null, List.of(), List.of(), List.of("value"));
        assertThat(PredictSignature.read(waiting.toJson())).isEqualTo(waiting);
        assertThat(waiting.isNumber()).isTrue();
    }
}
