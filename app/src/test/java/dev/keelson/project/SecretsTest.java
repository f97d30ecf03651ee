package dev.keelson.project;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgres://keelson:hunter2@db/football",
                "https://user:pa$$word@example.org/x.csv",
                "jdbc:postgresql://db/x?user=a&password=hunter2",
                "password=hunter2",
                "token=abc123",
                "postgres://keelson:${PW:-hunter2}@db/football",
                "-----BEGIN RSA PRIVATE KEY-----",
                "ghp_0123456789abcdefghijklmnopqrstuvwxyz",
                "AKIAIOSFODNN7EXAMPLE",
                "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw_"
            })
    void secretIsFound(String text) {
        assertThat(Secrets.find(text)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgres://keelson:${DB_PASSWORD}@db/football",
                "jdbc:postgresql://db/x?user=a&password=${DB_PASSWORD}",
                "postgres://db/football",
                "https://example.org:8080/data.csv",
                "streak(points = 3)",
                "rate(token = 'H') over 90d",
                "elo(home = HomeTeam, away = AwayTeam, result = FTR, k = 20)",
                "${KEELSON_DATA:-data}/football/matches.csv.gz",
                "0 2 * * *"
            })
    void ordinaryTextIsNoSecret(String text) {
        assertThat(Secrets.find(text)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "password, hunter2, true",
        "db_password, hunter2, true",
        "api_key, abc, true",
        "token, abc, true",
        "token, ${TOKEN}, false",
        "token, '', false",
        "tokens_used, 5, false",
        "key, date, false"
    })
    void keyThatHoldsASecretMustTakeItFromAVariable(String key, String value, boolean secret) {
        assertThat(Secrets.isWrittenOut(key, value)).isEqualTo(secret);
    }
}
