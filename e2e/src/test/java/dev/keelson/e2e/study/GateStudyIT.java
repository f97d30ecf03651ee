package dev.keelson.e2e.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.e2e.study.GateStudy.Candidate;
import dev.keelson.registry.ModelVersion.Kind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two paths of the whole study. */
final class GateStudyIT {

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void refreshThatIsAlikePassesAndOneThatIsWorseDoesNot(long seed) {
        GateStudy.Result alike = GateStudy.path(Kind.REFRESH, Candidate.ALIKE, seed);
        GateStudy.Result worse = GateStudy.path(Kind.REFRESH, Candidate.WORSE, seed);

        assertThat(alike.accepted()).isTrue();
        assertThat(worse.accepted()).isFalse();
        assertThat(worse.gain()).isNegative();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void changeThatIsNoBetterDoesNotPass(long seed) {
        assertThat(GateStudy.path(Kind.CHANGE, Candidate.EQUAL, seed).accepted()).isFalse();
        assertThat(GateStudy.path(Kind.CHANGE, Candidate.WORSE, seed).accepted()).isFalse();
    }
}
