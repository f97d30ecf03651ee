package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What {@code retrain} tells of a summary. */
final class RetrainTextTest {
    private static JsonNode json(String text) throws IOException {
        return new ObjectMapper().readTree(text.replace('\'', '"'));
    }

    @Test
    void refusedRetrainingIsAFindingAndAFailedOneAnError() throws IOException {
        assertThat(RetrainCommand.code(json("{'state': 'done', 'summary': {'refused': 1, 'rejected': 0, 'errors': 0}}"))).isOne();
        assertThat(RetrainCommand.code(json("{'state': 'done', 'summary': {'refused': 0, 'rejected': 1, 'errors': 0}}"))).isOne();
        assertThat(RetrainCommand.code(json("{'state': 'done', 'summary': {'refused': 1, 'rejected': 0, 'errors': 1}}"))).isEqualTo(2);
        assertThat(RetrainCommand.code(json("{'state': 'failed'}"))).isEqualTo(2);
        assertThat(RetrainCommand.code(json("{'state': 'waiting', 'summary': {'refused': 0, 'rejected': 0, 'errors': 0}}"))).isZero();
    }

    @Test
    void tooLittleDataIsNotToldAsNoDrift() throws IOException {
        assertThat(RetrainCommand.drift(json("{'drifted': null, 'features_analysed': 0, 'features_drifted': 0, 'drift_ratio': null}")))
                .isEqualTo("not known: too little data");
        assertThat(RetrainCommand.drift(json("{'drifted': false, 'features_analysed': 8, 'features_drifted': 1, 'drift_ratio': 0.125}")))
                .isEqualTo("1 of 8 (13 %), no");
        assertThat(RetrainCommand.drift(json("{'drifted': null}"))).isEqualTo("not checked");
    }
}
