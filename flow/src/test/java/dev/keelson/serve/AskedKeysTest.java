package dev.keelson.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import org.junit.jupiter.api.Test;

final class AskedKeysTest {
    @Test
    void keysComeBackAsTheyWereWhateverTheyHold() {
        StringBuilder keys = new StringBuilder();
        AskedKeys.add(keys, "{sport}_{market}", "Soccer_1X2");
        AskedKeys.add(keys, "a=b;", "\\");
        AskedKeys.add(keys, "empty", "");
        AskedKeys.add(keys, "text", "Köln; \"FC\" = 1\n");

        assertThat(AskedKeys.of(keys.toString()))
                .containsExactly(
                        entry("{sport}_{market}", "Soccer_1X2"),
                        entry("a=b;", "\\"),
                        entry("empty", ""),
                        entry("text", "Köln; \"FC\" = 1\n"));
        assertThat(keys.toString()).startsWith("{sport}_{market}=Soccer_1X2;a\\=b\\;=");
    }

    @Test
    void noTextHoldsNoKeys() {
        assertThat(AskedKeys.of("")).isEmpty();
    }
}
