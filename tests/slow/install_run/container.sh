#!/bin/sh
# What is looked at in the image of docs/install.md: run by `__main__.py`, with podman set up for it.
set -eu
run="podman run --rm --read-only --cap-drop=all --security-opt=no-new-privileges"
volumes="-v nm-config:/etc/news-monitor -v nm-state:/var/lib/news-monitor"

[ "$($run --entrypoint id news-monitor -u)" = 10001 ]
! $run --entrypoint sh news-monitor -c 'touch /opt/news-monitor/x 2>/dev/null || touch /etc/x 2>/dev/null'
podman image inspect --format '{{.Config.Healthcheck}}' news-monitor | grep -q NEWS_MONITOR_HEALTH

# monitor.yaml as docs/install.md says, and no sources: nothing outside is asked
$run $volumes --entrypoint sh news-monitor -c '
    cd /etc/news-monitor &&
    sed -i "s|^packs: .*|packs: {east-asia: {sources: off}}|; s|^database: .*|database: sqlite:////var/lib/news-monitor/monitor.db|" monitor.yaml'
name=news-monitor-check
podman run -d --name $name --read-only --cap-drop=all --security-opt=no-new-privileges $volumes news-monitor
healthy=no
for _ in $(seq 60); do
    # the command of HEALTHCHECK, run by hand: here no systemd starts it on time
    if podman healthcheck run $name >/dev/null 2>&1; then healthy=yes; break; fi
    sleep 1
done
podman logs $name
[ $healthy = yes ]
podman exec $name news-monitor status -c /etc/news-monitor/monitor.yaml | tee status.txt
if podman logs $name 2>&1 | grep sandbox.incomplete; then echo "container: the engine refuses a part of the sandbox (above)"; else echo "container: the sandbox is whole"; fi
podman stop --time 30 $name
[ "$(podman inspect --format '{{.State.ExitCode}}' $name)" = 0 ]
podman rm $name
echo "container: all of it holds"
