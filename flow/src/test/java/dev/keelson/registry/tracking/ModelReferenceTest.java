package dev.keelson.registry.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelReferenceTest {

    @ParameterizedTest
    @ValueSource(strings = {"models:/football-1x2/3", "models:/football-1x2/v3", "football-1x2@3", "football-1x2@v3", "football-1x2 v3"})
    void aNumberIsAVersion(String text) {
        assertThat(ModelReference.parse(text)).isEqualTo(new ModelReference.OfVersion("football-1x2", 3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"models:/football-1x2@champion", "models:/football-1x2/champion", "football-1x2@champion"})
    void anyOtherWordIsAnAlias(String text) {
        assertThat(ModelReference.parse(text)).isEqualTo(new ModelReference.OfAlias("football-1x2", "champion"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"models:/m/Production", "models:/m/production", "m@PRODUCTION"})
    void aStageIsReadInAnyCase(String text) {
        assertThat(ModelReference.parse(text)).isEqualTo(new ModelReference.OfStage("m", Stage.PRODUCTION));
    }

    @Test
    void latestIsTheHighestVersion() {
        assertThat(ModelReference.parse("models:/m/Latest")).isEqualTo(new ModelReference.Latest("m"));
    }

    @Test
    void anAliasMayBeCalledAsAStageIsNot() {
        assertThat(ModelReference.parse("models:/m@Production")).isEqualTo(new ModelReference.OfAlias("m", "Production"));
    }

    @Test
    void namesMayHoldSpacesAndSlashes() {
        assertThat(ModelReference.parse("models:/my model/2")).isEqualTo(new ModelReference.OfVersion("my model", 2));
        assertThat(ModelReference.parse("models:/a/b@x")).isEqualTo(new ModelReference.OfAlias("a/b", "x"));
    }

    @Test
    void aRunIsNamedWithOrWithoutAPath() {
        assertThat(ModelReference.parse("runs:/abcd1234")).isEqualTo(new ModelReference.OfRun("abcd1234", ""));
        assertThat(ModelReference.parse("runs:/abcd1234/model/x")).isEqualTo(new ModelReference.OfRun("abcd1234", "model/x"));
    }

    @Test
    void anythingElseIsANameOrAnId() {
        assertThat(ModelReference.parse(" abcd1234 ")).isEqualTo(new ModelReference.Name("abcd1234"));
        assertThat(ModelReference.parse("models:/football-1x2")).isEqualTo(new ModelReference.Name("football-1x2"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "models:", "models:/", "models:/m/", "models:/@x", "models:/m@", "runs:", "runs:/"})
    void whatIsHalfAReferenceIsRefused(String text) {
        assertThatThrownBy(() -> ModelReference.parse(text))
                .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.USAGE))
                .hasMessageContaining("(" + text + ") is not understood");
    }
}
