package dev.keelson.http.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.registry.tracking.Stage;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RegistryRulesTest {
    private static final String SECOND = "mlflow-python-client/2.17.2";
    private static final String THIRD = "mlflow-python-client/3.4.0";

    private static void refused(MlflowCode code, ThrowingCallable call) {
        assertThatExceptionOfType(MlflowFailure.class).isThrownBy(call).satisfies(e -> assertThat(e.code()).isEqualTo(code));
    }

    @ParameterizedTest
    @CsvSource({"none, NONE", "None, NONE", "STAGING, STAGING", "pRoDuCtIoN, PRODUCTION", "archived, ARCHIVED"})
    void aStageIsKnownInAnyCase(String word, Stage stage) {
        assertThat(RegistryRules.stage(word)).isEqualTo(stage);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Retired", "prod", "Production ", ""})
    void anotherStageIsRefused(String word) {
        refused(MlflowCode.INVALID_PARAMETER_VALUE, () -> RegistryRules.stage(word));
    }

    @ParameterizedTest
    @ValueSource(strings = {"champion", "a", "A-b_9", "vnext", "v1x", "latest-1", "0"})
    void anAliasIsAWord(String alias) {
        assertThat(RegistryRules.newAlias(alias)).isEqualTo(alias);
    }

    @ParameterizedTest
    @ValueSource(strings = {"latest", "LATEST", "v1", "V12", "a b", "a.b", "a/b", "@a", "é"})
    void anAliasThatCanBeTakenForSomethingElseIsRefused(String alias) {
        refused(MlflowCode.INVALID_PARAMETER_VALUE, () -> RegistryRules.newAlias(alias));
    }

    @Test
    void anAliasHasALongest() {
        assertThat(RegistryRules.newAlias("a".repeat(RegistryRules.MAX_ALIAS))).hasSize(RegistryRules.MAX_ALIAS);
        refused(MlflowCode.INVALID_PARAMETER_VALUE, () -> RegistryRules.newAlias("a".repeat(RegistryRules.MAX_ALIAS + 1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"winner", "Winner of 2020", "catalog.schema.model", "größe", "a@b"})
    void aModelHasAName(String name) {
        assertThat(RegistryRules.modelName(name)).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", ".", "..", "a/b", "a:b", "a\\b", "a\nb", "a\0b"})
    void aNameThatCannotStandInAReferenceIsRefused(String name) {
        refused(MlflowCode.INVALID_PARAMETER_VALUE, () -> RegistryRules.modelName(name));
    }

    @Test
    void aVersionIsATextOrANumber() {
        assertThat(RegistryRules.version(version("7"))).isEqualTo(7);
        assertThat(RegistryRules.version(Fields.of(JsonNodeFactory.instance.objectNode().put("version", 7)))).isEqualTo(7);
        refused(MlflowCode.INVALID_PARAMETER_VALUE, () -> RegistryRules.version(version("")));
        refused(MlflowCode.INVALID_PARAMETER_VALUE, () -> RegistryRules.version(version("one")));
        refused(MlflowCode.INVALID_PARAMETER_VALUE, () -> RegistryRules.version(Fields.of(Map.of())));
        refused(MlflowCode.RESOURCE_DOES_NOT_EXIST, () -> RegistryRules.version(version("0")));
        refused(MlflowCode.RESOURCE_DOES_NOT_EXIST, () -> RegistryRules.version(version("-1")));
        refused(MlflowCode.RESOURCE_DOES_NOT_EXIST, () -> RegistryRules.version(version("3000000000")));
    }

    private static Fields version(String text) {
        return Fields.of(Map.of("version", List.of(text)));
    }

    @Test
    void clientsOfTheThirdMayWriteLongerTags() {
        String longer = "x".repeat(RegistryRules.MAX_VALUE + 1);

        assertThat(RegistryRules.tagValue("k", longer, THIRD)).isEqualTo(longer);
        refused(MlflowCode.INVALID_PARAMETER_VALUE, () -> RegistryRules.tagValue("k", longer, SECOND));
        refused(MlflowCode.INVALID_PARAMETER_VALUE, () -> RegistryRules.tagValue("k", longer, ""));
        refused(MlflowCode.INVALID_PARAMETER_VALUE, () -> RegistryRules.tagValue(
                "k", "x".repeat(RegistryRules.MAX_VALUE_3 + 1), THIRD));
    }

    @Test
    void onlyAWordIsTheSourceOfAPrompt() {
        Map<String, String> prompt = Map.of(RegistryRules.PROMPT, "True");

        assertThat(RegistryRules.isPrompt(prompt, "prompt-template")).isTrue();
        assertThat(RegistryRules.isPrompt(prompt, "/etc/passwd")).isFalse();
        assertThat(RegistryRules.isPrompt(prompt, "..")).isFalse();
        assertThat(RegistryRules.isPrompt(Map.of(), "prompt-template")).isFalse();
    }

    @Test
    void aReferenceToAVersionOrALoggedModelIsRead() {
        assertThat(ModelReference.of("models:/winner of 2020/12")).isEqualTo(new ModelReference("winner of 2020", 12, null));
        assertThat(ModelReference.of("models:/m-0123ab")).isEqualTo(new ModelReference("", 0, "m-0123ab"));
        assertThat(ModelReference.of("models:/winner@champion")).isNull();
        assertThat(ModelReference.of("models:/winner/Production")).isNull();
        assertThat(ModelReference.of("runs:/r1/model")).isNull();
    }

    @Test
    void whoCallsIsToldByTheUserOfTheHeader() {
        assertThat(Actor.of("Basic YWRhOnNlY3JldA==")).isEqualTo("ada");
        assertThat(Actor.of("basic YWRh")).isEqualTo("ada");
        assertThat(Actor.of("Basic OnNlY3JldA==")).isEqualTo(Actor.CLIENT);
        assertThat(Actor.of("Basic %%%")).isEqualTo(Actor.CLIENT);
        assertThat(Actor.of("Basic YWQNCmE6eA==")).isEqualTo("ada");
        assertThat(Actor.of("Bearer abc")).isEqualTo(Actor.CLIENT);
        assertThat(Actor.of("")).isEqualTo(Actor.CLIENT);
    }
}
