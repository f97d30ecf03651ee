package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class EnvironmentTest {

    @Test
    void libraryItselfTellsItsVersion() {
        assertThat(Environment.snapshot().get("xgboost")).matches("\\d+\\.\\d+\\.\\d+");
    }

    @Test
    void versionThatNobodyTellsIsUnknown() {
        assertThat(Environment.libraryVersion("/no-such-library.properties")).isEqualTo("unknown");
    }
}
