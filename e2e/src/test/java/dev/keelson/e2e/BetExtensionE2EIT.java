package dev.keelson.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.sun.net.httpserver.HttpServer;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.project.Project;
import dev.keelson.wiring.LiveBackend;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The browser extension of the bets example in a real Chromium, against a server with a trained model and tokens. */
class BetExtensionE2EIT {
    private static final String TOKEN = "extension-token-0123456789";
    private static final String READER = "reader-token-0123456789";
    private static final List<String> CHROMIUM =
            List.of("/usr/bin/chromium", "/usr/bin/chromium-browser");

    @TempDir
    Path folder;

    private static Path extension() {
        return Stream.of(Path.of("..", "examples", "bets", "extension"), Path.of("examples", "bets", "extension"))
                .filter(Files::isDirectory)
                .findFirst()
                .orElseThrow()
                .toAbsolutePath()
                .normalize();
    }

    private Project project() throws IOException {
        return BetsProject.in(
                folder.resolve("project"),
                "  tokens: { browser: { token: \"${BETS_TOKEN}\", role: predict }, reader: { token: \"${READER_TOKEN}\", role: read } }\n",
                Map.of("BETS_TOKEN", TOKEN, "READER_TOKEN", READER));
    }

    @Test
    void extensionScoresThePricesOfAPageAndCapturesOne() throws Exception {
        Optional<Path> chromium = Optional.ofNullable(System.getenv("CHROMIUM"))
                .or(() -> CHROMIUM.stream().filter(path -> Files.isExecutable(Path.of(path))).findFirst())
                .map(Path::of);
        assumeTrue(
                chromium.isPresent(),
                "Skipped: no Chromium here. Install it (Debian: apt-get install chromium) or name it in CHROMIUM.");
        Project project = project();
        HttpServer site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] demo = Files.readAllBytes(extension().resolve("demo.html"));
        site.createContext("/", exchange -> {
            exchange.getResponseHeaders().add("Content-Type", "text/html; charset=utf-8");
            exchange.sendResponseHeaders(200, demo.length);
            exchange.getResponseBody().write(demo);
            exchange.close();
        });
        site.start();
        try (LiveBackend backend = LiveBackend.open(project, BetsProject.CLOCK);
                KeelsonServer server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
                Playwright playwright = Playwright.create(
                        new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
                BrowserContext browser = playwright
                        .chromium()
                        .launchPersistentContext(
                                folder.resolve("profile"),
                                new BrowserType.LaunchPersistentContextOptions()
                                        .setExecutablePath(chromium.get())
                                        .setHeadless(false)
                                        .setIgnoreDefaultArgs(List.of("--disable-extensions"))
                                        .setArgs(List.of(
                                                "--headless=new",
                                                "--no-sandbox",
                                                "--disable-dev-shm-usage",
                                                "--disable-features=DisableLoadExtensionCommandLineSwitch",
                                                "--disable-extensions-except=" + extension(),
                                                "--load-extension=" + extension())))) {
            String origin = project.serve().origins().getFirst();
            Page page = browser.newPage();
            page.navigate("http://127.0.0.1:" + site.getAddress().getPort() + "/");
            Page options = browser.newPage();
            options.navigate(origin + "/options.html");
            options.fill("[name=server]", server.url());
            options.fill("[name=token]", TOKEN);
            options.fill("[name=bankroll]", "1000");
            options.click("button");
            assertThat(options.locator("#state")).hasText("Saved.");
            Object tab = options.evaluate(
                    """
                    async port => {
                      const mine = (await chrome.tabs.getCurrent()).id;
                      for (const each of await chrome.tabs.query({})) {
                        const told = each.id === mine ? null
                            : await chrome.tabs.sendMessage(each.id, 'bets').catch(() => null);
                        if (told?.url.includes(port)) return each.id;
                      }
                      return 0;
                    }""",
                    ":" + site.getAddress().getPort());

            Page popup = browser.newPage();
            popup.navigate(origin + "/popup.html?tab=" + tab);

            assertThat(popup.locator("#state")).hasText("2 scored by bet-won v1");
            assertThat(popup.locator("#bets > li").first()).containsText("Northport to beat Eastvale");
            assertThat(popup.locator(".reasons").first()).containsText("settled bets");
            popup.locator("#bets button").first().click();
            assertThat(popup.locator("#bets button").first()).hasText("Captured");

            JsonNode kept = get(server.url() + "/api/v1/opportunities?state=open");
            assertThat(kept.path("total").asInt()).isEqualTo(1);
            assertThat(kept.at("/opportunities/0/bet/institution_name").asText()).isEqualTo("Bet365");
            assertThat(kept.at("/opportunities/0/seen/title").asText()).isEqualTo("Prices of Saturday");
            assertThat(kept.at("/opportunities/0/score/stake/amount").isNumber()).isTrue();
            popup.reload();
            popup.locator("#bets button").first().click();
            assertThat(popup.locator("#bets button").first()).hasText("Captured before");
            assertThat(get(server.url() + "/api/v1/opportunities").path("total").asInt()).isEqualTo(1);
            onlyWhoMayPredictIsOfferedToSettle(server.url(), kept.at("/opportunities/0/id").asText());
        } finally {
            site.stop(0);
        }
    }

    private static void onlyWhoMayPredictIsOfferedToSettle(String url, String id) throws Exception {
        String form = "/opportunities/" + id + "/settle";

        assertThat(send(url + "/opportunities", READER, null).body()).contains("needs the role predict").doesNotContain(form);
        assertThat(send(url + form, READER, "result=won&stake=10").statusCode()).isEqualTo(403);
        assertThat(send(url + "/opportunities", TOKEN, null).body()).contains(form);
        assertThat(send(url + form, TOKEN, "result=won&stake=10&back=/opportunities?state=settled").statusCode()).isEqualTo(303);
        assertThat(send(url + "/opportunities/" + id, TOKEN, null).body()).contains("for a stake of 10.00", "Correct");
        assertThat(send(url + form, TOKEN, "result=lost").statusCode()).isEqualTo(409);
    }

    private static HttpResponse<String> send(String url, String token, @Nullable String form) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).header("Authorization", "Bearer " + token);
            return http.send(
                    (form == null ? request.GET() : request.POST(HttpRequest.BodyPublishers.ofString(form))).build(),
                    BodyHandlers.ofString());
        }
    }

    private static JsonNode get(String url) throws Exception {
        return new ObjectMapper().readTree(send(url, TOKEN, null).body());
    }
}
