package dev.keelson.store.journal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class IndexPaceTest {
    @Test
    void itWorksAFifthOfTheTime() {
        assertThat(IndexPace.rest(100_000_000, 0)).isEqualTo(400_000_000);
    }

    @Test
    void littleWorkIsGathered() {
        assertThat(IndexPace.rest(1_000, 0)).isEqualTo(IndexPace.LEAST_REST_NANOS);
    }

    @Test
    void theFurtherBehindTheLessItRests() {
        assertThat(IndexPace.rest(100_000_000, IndexPace.BEHIND_BYTES)).isEqualTo(100_000_000);
        assertThat(IndexPace.rest(100_000_000, IndexPace.FAR_BEHIND_BYTES)).isZero();
    }
}
