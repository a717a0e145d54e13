@echo off
rem Jada's command line: finds a JDK 25 and runs jada.cli.Main with the jars in lib.
rem JADA_OPTS holds further options of the JVM, such as -Xmx8g.
setlocal
set "HERE=%~dp0.."
set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java"
if exist "%HERE%\runtime\bin\java.exe" set "JAVA=%HERE%\runtime\bin\java"
set "MEMORY=-XX:+UseSerialGC -Xmn32m"
echo "%JADA_OPTS%" | findstr /c:GC >nul && set "MEMORY="
"%JAVA%" --add-modules jdk.incubator.vector --add-opens java.base/java.io=ALL-UNNAMED %MEMORY% %JADA_OPTS% -cp "%HERE%\lib\*" jada.cli.Main %*
exit /b %ERRORLEVEL%
