package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.http.SeededBackend;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page that stands in place of what a form asked for in vain. */
final class RefusedFormsTest {
    private static final String BACK = "Back to where you were";

    private static KeelsonServer server;
    private static Client client;

    @BeforeAll
    static void start() {
        server = KeelsonServer.start(SeededBackend.seeded(), KeelsonServer.DEFAULT_HOST, 0);
        client = new Client(server.url());
    }

    @AfterAll
    static void stop() {
        client.close();
        server.stop();
    }

    private static String refused(String referer) {
        Client.Answer answer = client.post(
                "/models/nobody/baselines", "source=x", "Accept", "text/html", "Referer", referer, "Content-Type", "application/x-www-form-urlencoded");
        assertThat(answer.status()).isBetween(400, 499);
        return answer.text();
    }

    @Test
    void leadsBackToThePageOfTheForm() {
        assertThat(refused(server.url() + "/models/football-1x2/drift?report=a&b=%3C"))
                .contains("<a class=\"button\" href=\"/models/football-1x2/drift?report=a&amp;b=%3C\">" + BACK + "</a>", "href=\"/\">Overview<");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://example.org/drift", "javascript:alert(1)", "/drift", "//example.org/", "http://127.0.0.1/drift", ""})
    void leadsNowhereElse(String referer) {
        assertThat(refused(referer)).contains("href=\"/\">Overview<").doesNotContain(BACK);
    }

    @Test
    void anAddressOfThisServerThatABrowserTakesForAnotherIsNoPage() {
        assertThat(refused(server.url() + "//example.org/")).doesNotContain(BACK);
        assertThat(refused(server.url() + "/\\example.org/")).doesNotContain(BACK);
    }

    @Test
    void aPageThatFailedDoesNotLeadToItself() {
        String page = "/models/nobody/drift";

        assertThat(client.get(page, "Accept", "text/html", "Referer", server.url() + page).text()).doesNotContain(BACK);
        assertThat(client.get(page, "Accept", "text/html", "Referer", server.url() + "/drift").text()).contains("href=\"/drift\">" + BACK);
    }
}
